import ArgumentParser

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a policy, or see whether training works.",
    discussion: """
      EXAMPLES
        hrmbot train planted --case easy
        hrmbot train sudoku --data DIR
      """, subcommands: [TrainDataCommand.self, TrainSudokuCommand.self, TrainPlantedCommand.self])
}
