import ArgumentParser
import Bot
import Core
import Features
import Foundation
import HRM
import Statistics
import Training

extension ModelCommand {
  struct Diagnose: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Look inside a trained network: convergence, depth, dimensions, halting, parts, regimes.",
      discussion: """
        Runs the network at full depth over recorded bars, from all three positions, and says in plain sentences what it \
        does: how its states settle, how long it thinks and whether that pays, how many directions its states use, \
        whether its halting head means what it says, what its parts contribute, and how it behaves by regime. Without \
        --from and --to it looks at the validation span of each market. See docs/diagnosis.md.

        Exit code 0: done; 64: an option; 65: a model or data that cannot be used; 66: no such data; 73: the report cannot
        be written; 130: interrupted.

        EXAMPLES
          hrmbot model diagnose --model run1/model --data DIR --timeframe 1h
          hrmbot model diagnose --model run1/model --data DIR --bars 5000 --report diagnosis.html
          hrmbot model diagnose --model run1/model --data DIR --from 2024-01-01 --to 2024-07-01 --json | jq .depth.finding
        """)
    @Option(help: ArgumentHelp("The model.", valueName: "dir"), completion: .directory) var model: String
    @OptionGroup var corpus: CorpusOptions
    @Option(
      help: ArgumentHelp("First day that is looked at, in UTC. Default: where validation begins.", valueName: "day"))
    var from: String?
    @Option(help: ArgumentHelp("First day that is not looked at any more.", valueName: "day")) var to: String?
    @Option(help: "Most bars of all series together; each gives the same share.") var bars = 20_000
    @Option(help: "Segments of a decision, 1...16. Default: the model's.") var segments: Int?
    @Option(help: "Cost of a side in basis points.") var costBp = 12.0
    @Option(help: "Of the resamples.") var seed: UInt64 = 1
    @Option(help: "Threads, 1...16. Results do not depend on them.") var threads = 2
    @Option(help: ArgumentHelp("Write a page with pictures.", valueName: "file.html")) var report: String?
    @Flag(help: "One JSON object.") var json = false

    func validate() throws {
      guard (1...16).contains(threads) else { throw ValidationError("--threads \(threads): write 1...16") }
      guard bars > 0 else { throw ValidationError("--bars \(bars): write a number above 0") }
      guard segments.map((1...16).contains) ?? true else { throw ValidationError("--segments: write 1...16") }
      guard (0...1000).contains(costBp) else { throw ValidationError("--cost-bp \(costBp): write 0...1000") }
      for (name, text) in [("from", from), ("to", to)] {
        if let text, CalendarDay(text) == nil { throw ValidationError("--\(name) \(text): write a day as 2024-01-01") }
      }
    }

    func run() throws {
      let diagnosis = try TrainingOutput.mapping {
        do { return try diagnose() } catch let error as StatisticsError { throw StartError("\(error)", exitCode: 65) }
      }
      if let report { try DiagnosisPage.write(diagnosis, to: report) }
      print(json ? try Output.json(diagnosis) : diagnosis.text)
    }

    private func diagnose() throws -> Diagnosis {
      let subject = try DiagnosisSubject(model: model)
      let data = try corpus.read(try corpus.request())
      var plan = DiagnosisRun.Plan(segments: segments ?? subject.manifest.architecture.maxSegments)
      plan.turnoverCost = costBp * 1e-4
      (plan.seed, plan.threads) = (seed, threads)
      let span = (from.flatMap { CalendarDay($0)?.start }, to.flatMap { CalendarDay($0)?.start })
      Interruption.watch()
      let start = Stopwatch.seconds()
      defer { ProgressLine.clear() }
      return try subject.diagnose(data, from: span.0, to: span.1, bars: bars, plan: plan) { progress in
        if Interruption.isWanted { throw ExitCode(130) }
        guard ProgressLine.isWanted else { return }
        let share = Double(progress.done) / Double(max(1, progress.all))
        let left = ProgressLine.left(share, elapsedSeconds: Stopwatch.seconds() - start)
        ProgressLine.show(
          "\(ProgressLine.bar(share)) \(progress.done)/\(progress.all) bars\(left), "
            + progress.phase)
      }
    }
  }
}
