import ArgumentParser
import Bot
import Foundation
import HRM
import Training

struct TrainPlantedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "planted", abstract: "Learn to trade a SYNTHETIC market whose best policy is known.",
    discussion: """
      A signal that the network sees moves the next return a little, or, in pure_noise, not at all. After training, the
      greedy policy runs along a fresh path of 100,000 bars; its expected net gain is compared with that of the best
      policy on the same path, of the signal's sign and of a straight line with two thresholds.

      Exit code 0: the gate is met (share of the best gain on easy 0.90, on thin 0.85, with distractors 0.80; exposure
      below 2 % on pure_noise); 1: it is missed. fast_not_worth_it has no gate.

      EXAMPLES
        hrmbot train planted --case easy
        hrmbot train planted --case thin --distractors 14 --seed 2 --json
        hrmbot train planted --case pure_noise --json | jq .exposure
        hrmbot train planted --case thin --form plain
        hrmbot train planted --case thin --segments 2 --form collapsed --gradient lastCycle --dropout 0.1
      """)
  @Option(
    name: .customLong("case"), help: ArgumentHelp("easy, thin, fast_not_worth_it or pure_noise.", valueName: "name"))
  var name: String
  @Option(help: "Features that mean nothing, beside the two that do; 0...254.") var distractors = 0
  @Option(help: "Steps of the run.") var steps = 2000
  @Option(help: "Segments of a sample at most, 1...16. The recipe has one, so that depth1 changes nothing.")
  var segments = 1
  @OptionGroup var variation: VariationOptions
  @OptionGroup var options: TrainOptions

  struct Outcome: Codable {
    var result: PlantedExperiment.Result
    var seconds: Double
    var gate: String?
    var meetsGate: Bool?
    var synthetic = true
    var form: HRMForm, gradient: SegmentGradient, dropout: Double
    var segments: Int
  }

  func validate() throws {
    let names = PlantedMarket.named.map(\.name)
    if !names.contains(name) { throw ValidationError("--case \(name): write one of \(names.joined(separator: ", "))") }
    if !(0...254).contains(distractors) { throw ValidationError("--distractors \(distractors): must be from 0 to 254") }
    if !(1...16).contains(segments) { throw ValidationError("--segments \(segments): must be from 1 to 16") }
    if !(1...10_000_000).contains(steps) { throw ValidationError("--steps \(steps): must be from 1 to 10000000") }
  }

  func run() throws {
    let start = Stopwatch.seconds()
    let result = try TrainingOutput.mapping { try train() }
    let (gate, isMet) = gate(result)
    let outcome = Outcome(
      result: result, seconds: Stopwatch.seconds() - start, gate: gate, meetsGate: isMet, form: variation.chosenForm,
      gradient: variation.chosenGradient, dropout: variation.dropout ?? 0, segments: segments)
    print(options.json ? try Output.json(outcome) : Self.text(outcome))
    if isMet == false { throw ExitCode(1) }
  }

  private func train() throws -> PlantedExperiment.Result {
    guard let market = PlantedMarket.named.first(where: { $0.name == name })?.market else {
      throw TrainingError("--case \(name): no such market")
    }
    if ProgressLine.isWanted { ProgressLine.show("making the market") }
    var experiment = try PlantedExperiment(
      name: name, market: market, seed: options.seed, distractors: distractors, steps: steps,
      form: variation.chosenForm, segments: segments)
    variation.set(&experiment.settings)
    let trainer = try Trainer(
      task: experiment.task, settings: experiment.settings,
      parameters: try experiment.task.firstWeights(seed: options.seed), threads: options.threads,
      exchange: try Processes.join())
    var plan = RunPlan()
    // The fresh path is looked at once, at the end: nothing is chosen by it.
    (plan.validateEvery, plan.checkpointEvery, plan.patience) = (0, 500, 0)
    plan.logEvery = 10
    let run = try TrainingRun(
      trainer, plan: plan,
      identity: RunIdentity(
        task: variation.task("planted \(name)"), settings: try Output.json(experiment.settings),
        data: "\(distractors)"),
      path: options.directory, resumes: options.resume != nil, threads: options.threads, seconds: Stopwatch.seconds)
    _ = try TrainingOutput.run(run, options: options)
    if ProgressLine.isWanted { ProgressLine.show("judging on a fresh path") }
    defer { ProgressLine.clear() }
    return try experiment.judge(
      trainer.average, threads: options.threads, cpuSeconds: Stopwatch.cpuSeconds)
  }

  private func gate(_ result: PlantedExperiment.Result) -> (String?, Bool?) {
    switch name {
    case "easy", "thin":
      let bar = distractors > 0 ? 0.8 : name == "easy" ? 0.9 : 0.85
      return ("gain_share >= \(bar)", (result.gainShare ?? 0) >= bar)
    case "pure_noise": return ("exposure < 0.02", result.exposure < 0.02)
    default: return (nil, nil)
    }
  }

  private static func text(_ outcome: Outcome) -> String {
    let result = outcome.result
    func share(_ value: Double?) -> String { value.map { String(format: "%6.3f", $0) } ?? "     -" }
    let rows = [
      ("network", result.gainBp, result.gainShare),
      ("best policy", result.optimalGainBp, result.optimalGainBp > 0 ? 1 : nil),
      ("sign of the signal", result.signGainBp, result.signShare),
      ("straight line", result.lineGainBp, result.lineShare),
    ]
    var lines = ["SYNTHETIC market \(result.market), \(result.distractors) distractors, seed \(result.seed)"]
    lines.append("policy              bp a bar   share of the best")
    for (name, gain, part) in rows {
      lines.append(
        name.padding(toLength: 18, withPad: " ", startingAt: 0) + String(format: "%10.4f", gain) + "   " + share(part))
    }
    lines.append(
      String(
        format: "exposure %.4f, turnover %.4f a bar, %.0f s of processor time", result.exposure, result.turnover,
        result.cpuSeconds))
    if let gate = outcome.gate { lines.append("\(gate): \(outcome.meetsGate == true ? "met" : "MISSED")") }
    return lines.joined(separator: "\n")
  }
}
