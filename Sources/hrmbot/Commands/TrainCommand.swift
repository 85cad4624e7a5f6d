import ArgumentParser

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a policy, or see whether training works.",
    discussion: """
      EXAMPLES
        hrmbot train --data DIR --timeframe 1h --out run1
        hrmbot train planted --case easy
        hrmbot train sudoku --data DIR
        hrmbot train targets --input cases.json
      """,
    subcommands: [
      TrainMarketCommand.self, TrainSweepCommand.self, TrainDataCommand.self, TrainSudokuCommand.self,
      TrainPlantedCommand.self,
      TrainTargetsCommand.self,
    ], defaultSubcommand: TrainMarketCommand.self)
}
