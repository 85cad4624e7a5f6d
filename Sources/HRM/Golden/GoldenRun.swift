/// Runs a golden case through inference, training and optimiser.
public struct GoldenRun {
  private let golden: GoldenCase
  private let threads: Int
  private var report: GoldenReport
  private var architecture: HRMArchitecture { golden.architecture }

  /// Compares everything that a case has expected values of. Throws a `ModelError` if the case contradicts itself.
  public static func report(_ golden: GoldenCase, threads: Int = 2) throws -> GoldenReport {
    var run = GoldenRun(
      golden: golden, threads: threads, report: GoldenReport(name: golden.name, path: golden.path))
    try run.evaluate()
    try run.train()
    try run.optimise()
    run.report.close(golden)
    return run.report
  }

  private mutating func compareHeads(_ prefix: String, _ outputs: HeadOutputs, by computation: String? = nil) {
    let quantities = outputs.quantityLogits.map { Float(ScalarLoss.sigmoid(Double($0))) }
    for (name, values) in [
      ("q_halt", outputs.qHalt), ("q_continue", outputs.qContinue), ("logits", outputs.tokens),
      ("policy", outputs.policy), ("quantity", quantities), ("value", outputs.values),
    ] { report.compare(prefix + name, values, in: golden, by: computation) }
  }

  // MARK: Evaluation without halting

  private mutating func evaluate() throws {
    let segments = try golden.numbers(after: "eval.seg")
    guard !segments.isEmpty || golden.file["eval.embedding"] != nil else {
      report.missingGroups.append("eval")
      return
    }
    let batch = try golden.batch(0)
    try evaluateInference(batch.inputs, segments: (segments.last ?? -1) + 1)
    try evaluateTraining(batch.inputs, segments: (segments.last ?? -1) + 1)
  }

  private mutating func evaluateTraining(_ inputs: TrainingInputs, segments: Int) throws {
    let parameters = try HRMParameters(architecture: architecture, tensors: golden.weights, file: golden.path)
    let network = TrainingNetwork(parameters: parameters, lanes: inputs.count, threads: threads)
    for lane in 0..<inputs.count { network.take(inputs, sequence: lane, lane: lane) }
    for segment in 0..<segments {
      let outputs = network.forward()
      let prefix = "eval.seg\(segment)."
      if segment == 0 { report.compare("eval.embedding", network.embeddings, in: golden, by: "training") }
      report.compare(prefix + "z_h", network.slowStates, in: golden, by: "training")
      report.compare(prefix + "z_l", network.fastStates, in: golden, by: "training")
      compareHeads(prefix, outputs, by: "training")
    }
  }

  private mutating func evaluateInference(_ inputs: TrainingInputs, segments: Int) throws {
    let network = try HRMNetwork(architecture: architecture, tensors: golden.weights, file: golden.path)
    let inference = HRMInference(network: network, threads: threads)
    var embedding: [Float] = []
    var states = [(slow: [Float], fast: [Float], residuals: [[Float]])](repeating: ([], [], []), count: segments)
    var heads = [HeadOutputs](repeating: HeadOutputs(architecture, lanes: 0), count: segments)
    var quantities = [[Float]](repeating: [], count: segments)
    for sequence in 0..<inputs.count {
      begin(inference, inputs, sequence)
      embedding += inference.embeddedInput
      for segment in 0..<segments {
        let said = inference.runSegment()
        states[segment].slow += inference.slowState
        states[segment].fast += inference.fastState
        states[segment].residuals.append(inference.residuals)
        heads[segment].qHalt.append(said.qHalt)
        heads[segment].qContinue.append(said.qContinue)
        heads[segment].tokens += said.tokenLogits
        guard architecture.head == .trade else { continue }
        heads[segment].policy += said.policyLogits
        heads[segment].values.append(said.value)
        quantities[segment].append(said.quantity)
      }
    }
    report.compare("eval.embedding", embedding, in: golden, by: "inference")
    for segment in 0..<segments {
      let prefix = "eval.seg\(segment)."
      report.compare(prefix + "z_h", states[segment].slow, in: golden, by: "inference")
      report.compare(prefix + "z_l", states[segment].fast, in: golden, by: "inference")
      heads[segment].quantityLogits = []
      compareInferenceHeads(prefix, heads[segment], quantities[segment])
      // Expected is [updates, sequences].
      let rows = states[segment].residuals
      let residuals = (0..<(rows.first?.count ?? 0)).flatMap { update in rows.map { $0[update] } }
      report.compare(prefix + "residual", residuals, in: golden, by: "inference")
    }
  }

  private mutating func compareInferenceHeads(_ prefix: String, _ heads: HeadOutputs, _ quantities: [Float]) {
    for (name, values) in [
      ("q_halt", heads.qHalt), ("q_continue", heads.qContinue), ("logits", heads.tokens), ("policy", heads.policy),
      ("quantity", quantities), ("value", heads.values),
    ] { report.compare(prefix + name, values, in: golden, by: "inference") }
  }

  private func begin(_ inference: HRMInference, _ inputs: TrainingInputs, _ sequence: Int) {
    func part<Element>(_ values: [Element]) -> [Element] {
      let size = values.count / inputs.count
      return Array(values[(sequence * size)..<((sequence + 1) * size)])
    }
    switch architecture.front {
    case .tokens:
      inference.begin(
        HRMTokens(tokens: part(inputs.tokens), puzzleRow: inputs.puzzles.isEmpty ? 0 : inputs.puzzles[sequence]))
    case .bars:
      inference.begin(
        HRMInput(
          bars: part(inputs.bars), instrumentRow: inputs.instruments[sequence],
          timeframeRow: inputs.timeframes[sequence], context: part(inputs.context)))
    }
  }

  // MARK: Training with halting

  private mutating func train() throws {
    let segments = try golden.numbers(after: "train.seg")
    let gradients = golden.file.tensors.contains { $0.name.hasPrefix("grad.") }
    guard !segments.isEmpty || gradients else {
      report.missingGroups += ["train", "grad", "after"]
      return
    }
    let batches = try golden.numbers(after: "in")
    let first = try golden.batch(0)
    let parameters = try HRMParameters(architecture: architecture, tensors: golden.weights, file: golden.path)
    let network = TrainingNetwork(parameters: parameters, lanes: first.inputs.count, threads: threads)
    let settings = golden.settings
    let trainer = SupervisedTrainer(
      network: network,
      loss: PublishedLoss(
        crossEntropy: settings.crossEntropy, quantityWeight: settings.quantityWeight,
        valueWeight: settings.valueWeight), optimiser: settings.optimiser)
    let steps = max((segments.last ?? 0) + 1, try golden.numbers(after: "after").last ?? 0)
    for step in 0..<steps {
      guard batches.contains(step) else { break }
      let said = try trainer.supervise(
        try golden.batch(step), minimumSegments: try golden.minimumSegments(step, lanes: network.lanes))
      compare(said, prefix: "train.seg\(step).")
      if step == 0 { compareGradients(network) }
      trainer.update()
      compareWeights(network, step: step + 1)
    }
    report.compare("train.final.z_h", network.slowStates, in: golden)
    report.compare("train.final.z_l", network.fastStates, in: golden)
  }

  private mutating func compare(_ said: SupervisedTrainer.Report, prefix: String) {
    func exact(_ name: String, _ values: [Float]) {
      report.compare(prefix + name, values, in: golden, isExact: true)
    }
    func number(_ name: String, _ value: Double) { report.compare(prefix + name, [Float(value)], in: golden) }
    exact("halted", said.halted.map { $0 ? 1 : 0 })
    exact("steps", said.steps.map { Float($0) })
    exact("part.correct", said.loss.correct.map { $0 ? 1 : 0 })
    number("loss", said.loss.mean)
    number(architecture.head == .lm ? "part.lm" : "part.policy", said.loss.answer)
    number("part.quantity", said.loss.quantity)
    number("part.value", said.loss.value)
    number("part.q_halt", said.loss.qHalt)
    number("part.q_continue", said.loss.qContinue)
    report.compare(prefix + "target_continue", said.continueTargets.map { Float($0) }, in: golden)
    compareHeads(prefix, said.outputs)
  }

  private mutating func compareGradients(_ network: TrainingNetwork) {
    for entry in network.parameters.layout.entries where entry.spec.role == .parameter {
      let gradient = network.parameters.tensor(entry.spec.name, .gradients)!
      report.compare("grad.\(entry.spec.name)", gradient.values, in: golden)
    }
    if architecture.puzzleDim > 0 && architecture.front == .tokens {
      report.compare("grad.puzzle_rows", network.puzzleGradients, in: golden)
    }
  }

  private mutating func compareWeights(_ network: TrainingNetwork, step: Int) {
    // The angle of Adam does not know how small a gradient was.
    let stray = 2 * golden.settings.optimiser.learningRate * Double(step)
    for entry in network.parameters.layout.entries {
      let name = entry.spec.name
      report.compare(
        "after\(step).\(name)", network.parameters.tensor(name)!.values, in: golden,
        stray: entry.spec.role == .parameter ? stray : nil)
    }
  }

  // MARK: The optimiser alone

  private mutating func optimise() throws {
    guard var weights = golden.file["opt.w0"]?.values else {
      report.missingGroups.append("opt")
      return
    }
    report.compare("opt.w0", weights, in: golden)
    var moments = AdamMoments(count: weights.count)
    var step = 0
    while let gradient = golden.file["opt.g\(step)"] {
      guard gradient.values.count == weights.count else {
        throw ModelError(
          file: golden.path, subject: "tensor opt.g\(step)", reason: "has shape \(gradient.shape), unlike opt.w0")
      }
      report.compare("opt.g\(step)", gradient.values, in: golden)
      moments.apply(golden.settings.optimiser, to: &weights, gradient: gradient.values)
      step += 1
      report.compare("opt.w\(step)", weights, in: golden)
    }
  }
}
