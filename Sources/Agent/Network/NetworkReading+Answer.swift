import Core
import HRM

extension NetworkAnswer {
  /// What a network's answer to `request` says: logits before the mask, probabilities after it, and the best legal
  /// action after each segment. Anything that is not finite, or no action, makes it a failure without a reading.
  package init(_ answer: HRMAnswer, to request: NetworkRequest, latencyMicros: Int) {
    let heads = answer.heads
    let actions = answer.argmaxPerSegment.map { UInt8(exactly: $0).flatMap(Action.init(rawValue:)) }
    var reading: NetworkReading?
    if heads.policyLogits.count == Action.count, answer.segments >= 1, actions.allSatisfy({ $0 != nil }) {
      reading = NetworkReading(
        logits: heads.policyLogits,
        probabilities: MaskedSoftmax.probabilities(heads.policyLogits, request.legalMask), value: heads.value,
        qHalt: heads.qHalt, qContinue: heads.qContinue, segments: answer.segments,
        haltReason: HaltReason(answer.haltReason), actionPerSegment: actions.compactMap { $0 },
        residualH: heads.residualH, residualL: heads.residualL)
    }
    var failure: String?
    if let found = reading {
      if !found.isFinite || !heads.quantity.isFinite { failure = Self.nonFinite }
    } else {
      failure = "the network's answer has \(heads.policyLogits.count) logits and \(answer.segments) segments"
    }
    self.init(
      ticket: request.sequence, reading: failure == nil ? reading : nil,
      quantity: failure == nil ? heads.quantity : 0, failure: failure, latencyMicros: latencyMicros)
  }
}

extension HaltReason {
  init(_ halt: HRMHalt) {
    switch halt {
    case .q: self = .q
    case .converged: self = .converged
    case .max: self = .max
    case .deadline: self = .deadline
    }
  }
}
