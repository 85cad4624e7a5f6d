import Core

// Checks of how often orders leave.
extension RiskStage {
  /// Inputs count this order too.
  func checkRate(_ index: Int, _ decision: Decision, _ now: Timestamp, _ list: inout CheckList) {
    list.atMost(.orderRate, Measure(ordersInLastMinute(at: now) + 1), Measure(orderRateLimit))
    guard decision.action.isOpening, let side = decision.action.side else {
      return counters.isThrottled
        ? list.missing(.repeatedExecution) : list.notApplicable(.repeatedExecution)
    }
    list.atMost(
      .repeatedExecution, Measure(repeats(index, side)), Measure(limits.maxRepeatedExecutions),
      if: !counters.isThrottled && decision.sequence > counters.lastSequence)
  }

  /// Whether a decision is over the throttle's limit, not merely a duplicate.
  func isTooRepetitive(_ index: Int, _ decision: Decision) -> Bool {
    guard let side = decision.action.side, decision.action.isOpening else { return false }
    return decision.sequence > counters.lastSequence && repeats(index, side) > limits.maxRepeatedExecutions
  }
}
