/// The published loss: cross entropy of the answer, half of it each for stopping when right and for going on as the next
/// segment would; with a trade head quantity and value besides. Summed over lanes and divided by their number.
public struct PublishedLoss: Sendable, Equatable {
  /// Cross entropy of tokens or actions.
  public var crossEntropy: CrossEntropy
  /// Factors of the quantity's and the value's squared errors.
  public var quantityWeight: Double, valueWeight: Double
  /// Factor of the two halting losses.
  static let haltWeight = 0.5

  /// A loss as given.
  public init(crossEntropy: CrossEntropy, quantityWeight: Double = 0.5, valueWeight: Double = 0.5) {
    self.crossEntropy = crossEntropy
    self.quantityWeight = quantityWeight
    self.valueWeight = valueWeight
  }

  /// Sums over lanes, before the factors.
  public struct Parts: Sendable, Equatable {
    /// Cross entropy: of actions, or the mean over each lane's labelled tokens.
    public var answer = 0.0
    /// Squared errors of the trade head.
    public var quantity = 0.0, value = 0.0
    /// Cross entropies of the halting heads.
    public var qHalt = 0.0, qContinue = 0.0
    /// Whether each lane's labels are all met; a lane without labels counts as correct.
    public var correct: [Bool] = []
    /// The whole, per lane.
    public var mean = 0.0
  }

  /// The loss of all lanes and its gradient.
  ///
  /// - Parameters:
  ///   - continueTargets: wanted probability of going on, per lane.
  ///   - laneCount: what sums over lanes are divided by; nil for the number of these.
  public func evaluate(
    _ outputs: HeadOutputs, _ targets: TrainingTargets, continueTargets: [Double], architecture: HRMArchitecture,
    laneCount: Int? = nil
  ) -> (parts: Parts, gradients: HeadGradients) {
    let lanes = outputs.qHalt.count
    var parts = Parts()
    var gradients = HeadGradients(architecture, lanes: lanes)
    let share = 1 / Double(laneCount ?? lanes)
    for lane in 0..<lanes {
      let isCorrect =
        architecture.head == .lm
        ? tokens(lane, outputs, targets, share, architecture, &parts, &gradients)
        : trade(lane, outputs, targets, share, architecture, &parts, &gradients)
      parts.correct.append(isCorrect)
      let halt = ScalarLoss.binary(logit: outputs.qHalt[lane], target: isCorrect ? 1 : 0)
      let goOn = ScalarLoss.binary(logit: outputs.qContinue[lane], target: continueTargets[lane])
      parts.qHalt += halt.loss
      parts.qContinue += goOn.loss
      gradients.qHalt[lane] = Float(share * Self.haltWeight * halt.slope)
      gradients.qContinue[lane] = Float(share * Self.haltWeight * goOn.slope)
    }
    parts.mean =
      share
      * (parts.answer + quantityWeight * parts.quantity + valueWeight * parts.value
        + Self.haltWeight * (parts.qHalt + parts.qContinue))
    return (parts, gradients)
  }

  /// Index of the largest logit, the first of equal ones.
  static func best(_ logits: ArraySlice<Float>) -> Int {
    var best = logits.startIndex
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return best - logits.startIndex
  }

  private func tokens(
    _ lane: Int, _ outputs: HeadOutputs, _ targets: TrainingTargets, _ share: Double, _ a: HRMArchitecture,
    _ parts: inout Parts, _ gradients: inout HeadGradients
  ) -> Bool {
    let positions = (lane * a.seqLen)..<((lane + 1) * a.seqLen)
    let labelled = positions.filter { targets.labels[$0] != TrainingTargets.ignoredLabel }
    var isCorrect = true
    for position in labelled {
      let range = (position * a.vocab)..<((position + 1) * a.vocab)
      let logits = outputs.tokens[range]
      parts.answer +=
        crossEntropy.loss(
          logits, label: targets.labels[position], weight: share / Double(labelled.count),
          gradient: &gradients.tokens[range]) / Double(labelled.count)
      if Self.best(logits) != targets.labels[position] { isCorrect = false }
    }
    return isCorrect
  }

  private func trade(
    _ lane: Int, _ outputs: HeadOutputs, _ targets: TrainingTargets, _ share: Double, _ a: HRMArchitecture,
    _ parts: inout Parts, _ gradients: inout HeadGradients
  ) -> Bool {
    let mask = Double(targets.quantityMask[lane])
    let quantity = ScalarLoss.squaredSigmoid(
      logit: outputs.quantityLogits[lane], target: Double(targets.quantities[lane]))
    let value = ScalarLoss.squared(outputs.values[lane], target: Double(targets.values[lane]))
    parts.quantity += mask * quantity.loss
    parts.value += value.loss
    gradients.quantityLogits[lane] = Float(share * quantityWeight * mask * quantity.slope)
    gradients.values[lane] = Float(share * valueWeight * value.slope)
    let label = targets.labels[lane]
    guard label != TrainingTargets.ignoredLabel else { return true }
    let range = (lane * a.nActions)..<((lane + 1) * a.nActions)
    parts.answer += crossEntropy.loss(
      outputs.policy[range], label: label, weight: share, gradient: &gradients.policy[range])
    return Self.best(outputs.policy[range]) == label
  }
}
