/// Compares two networks on the same inputs, segment by segment: a master and its copy.
///
/// Both run every input to the full depth, whatever their Q heads say; what they would have answered by halting is read
/// off the same run.
package struct AgreementMeter {
  /// One input and the actions that are legal for it.
  package struct Sample: Sendable {
    package var input: HRMInput
    package var legal: [Bool]
    package init(input: HRMInput, legal: [Bool]) {
      self.input = input
      self.legal = legal
    }
  }

  /// Inputs that are computed together: their number changes the speed, never a result.
  package static let batch = 8

  private let source: HRMInference
  private let copy: HRMInference
  private let depth: Int
  private var count = 0
  private var equalActions: [Int]
  private var equalHalted = 0
  /// Per depth: sum of squared differences of logits.
  private var squares: [Double]
  /// Per depth and action: running mean and sum of squared deviations of the source's logits (Welford).
  private var means: [[Double]]
  private var deviations: [[Double]]

  /// A meter of two networks of one architecture over depths 1...`depth`.
  package init(source: HRMNetwork, copy: HRMNetwork, depth: Int) {
    precondition(
      source.architecture == copy.architecture && depth >= 1, "two networks of one shape, one segment or more")
    self.source = HRMInference(network: source, capacity: Self.batch)
    self.copy = HRMInference(network: copy, capacity: Self.batch)
    self.depth = depth
    let actions = source.architecture.nActions
    equalActions = Array(repeating: 0, count: depth)
    squares = Array(repeating: 0, count: depth)
    means = Array(repeating: Array(repeating: 0, count: actions), count: depth)
    deviations = means
  }

  /// Takes more inputs, at most `batch`. Throws `ModelError` when a network says something that is not finite, or an input
  /// does not fit.
  package mutating func add(_ samples: [Sample]) throws {
    precondition(samples.count <= Self.batch, "\(samples.count) samples at once")
    for (slot, sample) in samples.enumerated() {
      try sample.input.validate(for: source.network.architecture)
      source.begin(sample.input, slot: slot)
      copy.begin(sample.input, slot: slot)
    }
    let slots = Array(samples.indices)
    let isLast = samples.map { _ in false }
    // By depth, then by sample.
    var answers: [(source: [HRMHeads], copy: [HRMHeads])] = []
    for _ in 0..<depth {
      answers.append(
        (source.runSegment(slots: slots, isLast: isLast), copy.runSegment(slots: slots, isLast: isLast)))
    }
    for (slot, sample) in samples.enumerated() {
      try take(answers.map { ($0.source[slot], $0.copy[slot]) }, legal: sample.legal)
    }
  }

  /// Takes what both said about one input, after each segment.
  private mutating func take(_ trace: [(HRMHeads, HRMHeads)], legal: [Bool]) throws {
    count += 1
    var halted: (source: Int?, copy: Int?)
    for (index, (first, second)) in trace.enumerated() {
      guard first.isFinite, second.isFinite else {
        throw ModelError(
          file: "network", subject: "observation \(count)",
          reason: "the \(first.isFinite ? "copy" : "source") answers with a number that is not finite")
      }
      let best = (first.bestAction(legal: legal), second.bestAction(legal: legal))
      if best.0 == best.1 { equalActions[index] += 1 }
      if halted.source == nil && (first.qHalt > first.qContinue || index == depth - 1) { halted.source = best.0 }
      if halted.copy == nil && (second.qHalt > second.qContinue || index == depth - 1) { halted.copy = best.1 }
      compare(first.policyLogits, second.policyLogits, at: index)
    }
    if halted.source == halted.copy { equalHalted += 1 }
  }

  private mutating func compare(_ first: [Float], _ second: [Float], at index: Int) {
    for (action, (logit, other)) in zip(first, second).enumerated() {
      let (value, difference) = (Double(logit), Double(other) - Double(logit))
      squares[index] += difference * difference
      let change = value - means[index][action]
      means[index][action] += change / Double(count)
      deviations[index][action] += change * (value - means[index][action])
    }
  }

  /// What was found so far; at least one input must have been taken.
  package func agreement(kind: Quantisation.Kind, sources: [String], seed: UInt64) -> Quantisation.Agreement {
    let numbers = Double(count * means[0].count)
    let depths = (0..<depth).map { index in
      let difference = (squares[index] / numbers).squareRoot()
      let spread = (deviations[index].reduce(0, +) / numbers).squareRoot()
      return Quantisation.Depth(
        segments: index + 1, actionAgreement: Double(equalActions[index]) / Double(count),
        logitRMSDifference: difference,
        // Logits that never vary have nothing to lose.
        logitRMSRatio: spread > 0 ? difference / spread : 0)
    }
    return Quantisation.Agreement(
      observations: count, kind: kind, sources: sources, seed: seed, depths: depths,
      haltingAgreement: Double(equalHalted) / Double(count))
  }
}
