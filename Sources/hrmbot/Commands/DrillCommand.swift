import ArgumentParser
import Bot
import Foundation

struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill",
    abstract: "Exercise stop, roll-back and faults on bots on paper, and see that each is survived.",
    discussion: """
      Each exercise runs a real bot on the simulated market (SYNTHETIC) in a temporary home of its own, does something to
      it, and looks at what it shows, says and records. The bot that you trade with, its home and its journal are not
      touched. Limits are those of your settings where an exercise does not need others. It takes about a quarter of a
      minute. Exit code 1: one failed.

      EXAMPLES
        hrmbot drill
        hrmbot drill --only stop,daily_loss
        hrmbot drill --json | jq '.[] | select(.passed | not)'

      Exercises: \(Drill.Exercise.allCases.map(\.rawValue).joined(separator: ", ")).
      """)
  @OptionGroup var settings: SettingsOptions
  @Option(help: ArgumentHelp("Only these.", valueName: "a,b")) var only: CommaList?
  @Flag(help: "Keep the homes and logs of the bots, and say where.") var keep = false
  @OptionGroup var output: ColourOptions
  @Flag(help: "One JSON array.") var json = false

  func run() async throws {
    let exercises = try only?.words.map { word -> Drill.Exercise in
      guard let exercise = Drill.Exercise(rawValue: word) else {
        throw ValidationError(
          "--only \(word): write \(Drill.Exercise.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return exercise
    }
    let drill = try Drill(settings: try settings.load().settings, build: Release.version, keep: keep)
    let results = await drill.perform(exercises ?? Drill.Exercise.allCases) { exercise in
      if ProgressLine.isWanted { ProgressLine.show("drill: \(exercise.rawValue)") }
    }
    ProgressLine.clear()
    print(json ? try Output.json(results) : text(results))
    if keep { Console.note("kept in \(drill.directory)") }
    if !results.allSatisfy(\.passed) { throw ExitCode(1) }
  }

  private func text(_ results: [DrillResult]) -> String {
    let painter = Console.painter(output.color)
    var lines: [String] = []
    for result in results {
      let mark = result.passed ? painter.paint("ok    ", .good) : painter.paint("FAILED", .bad)
      lines.append("\(mark)  \(result.name): \(result.exercise)")
      for timing in result.timings {
        let limit = timing.limitMillis.map { ", at most \(Int($0)) ms" } ?? ""
        lines.append("        \(timing.what)  \(String(format: "%.0f", timing.millis)) ms\(limit)")
      }
      lines += result.findings.map { "        \($0)" }
    }
    let passed = results.count(where: \.passed)
    return (lines + ["\(passed) of \(results.count) passed"]).joined(separator: "\n")
  }
}
