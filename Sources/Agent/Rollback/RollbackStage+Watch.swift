import Core
import Foundation
import HRM

// What happens beside the decisions: bars, trades, the process's memory, the files of the policy.

extension RollbackStage {
  /// Takes what the policy in charge is about to see. A switch that comes of it holds for this very bar.
  public mutating func observe(_ observation: Observation, now: Timestamp) -> RollbackEffect? {
    guard isWatching, limits.driftIndex.isPositive, let profile = reference?.profile,
      observation.quality.isDisjoint(with: [.preRoll, .warmingUp, .nonFinite])
    else { return nil }
    if state.drift == nil { state.drift = DriftWindow() }
    let finding = state.drift?.observe(observation, profile)
    // The training data's own windows differ too: what was seen there is no drift.
    let limit = max(limits.driftIndex.approximate, profile.highestIndex)
    guard let finding, finding.index > limit else { return nil }
    return rollBack(
      .featureDrift,
      "\(state.policyInCharge): features have drifted: PSI \(Self.short(finding.index)) over \(profile.windowBars) bars of "
        + "\(symbol(of: observation.instrument)), limit \(Self.short(limit)) (setting \(limits.driftIndex), highest of "
        + "\(profile.windows) windows in training \(Self.short(profile.highestIndex))); most in "
        + "\(profile.names[finding.worst]), \(Self.short(finding.worstIndex))", now)
  }

  /// Counts a fill; `position` is the one after it, flat where what is left cannot be traded.
  public mutating func apply(
    _ fill: Fill, position: PositionView, realisedQuote: Money, now: Timestamp
  ) -> RollbackEffect? {
    guard limits.performanceTrades > 0, isWatching, let expectation = reference?.expectation else {
      // Also while another is in charge: a trade that ends then must not stay open here.
      if state.trades != nil {
        _ = state.trades?.apply(fill, position: position, realisedQuote: realisedQuote, capacity: 0)
      }
      return nil
    }
    var trades = state.trades ?? TradeWindow()
    let hasClosed = trades.apply(
      fill, position: position, realisedQuote: realisedQuote, capacity: limits.performanceTrades)
    state.trades = trades
    let count = trades.returns.count
    guard hasClosed, count >= limits.performanceTrades else { return nil }
    let expected = Rate(raw: Int64((expectation.meanReturn * Double(Rate.unit)).rounded()))
    let allowance = Int128(expected.raw.magnitude) * Int128(limits.performanceShortfall.raw) / Int128(Rate.unit)
    let lowest = Int128(expected.raw) - allowance
    guard trades.sum < lowest * Int128(count) else { return nil }
    let mean = Double(trades.sum) / Double(count) / Double(Rate.unit)
    let squares = trades.returns.reduce(0.0) { $0 + pow($1.approximate - mean, 2) }
    let error = (squares / Double(max(1, count - 1)) / Double(count)).squareRoot()
    return rollBack(
      .performance,
      "\(state.policyInCharge): \(Self.basisPoints(mean)) a trade over the last \(count) trades (standard error "
        + "\(Self.basisPoints(error))), expected \(Self.basisPoints(expectation.meanReturn)) from \(expectation.trades) "
        + "trades, limit \(Self.basisPoints(Double(lowest) / Double(Rate.unit)))", now)
  }

  /// Takes the process's resident memory.
  public mutating func memory(mebibytes: Int, now: Timestamp) -> RollbackEffect? {
    guard isWatching, limits.memoryMebibytes > 0, mebibytes > limits.memoryMebibytes else { return nil }
    return rollBack(
      .memory,
      "\(state.policyInCharge): \(mebibytes) MiB of memory in use, limit \(limits.memoryMebibytes) MiB", now)
  }

  /// Takes that the files of a policy are not what its manifest says, or that it could not be loaded at all.
  public mutating func archiveMismatch(of policy: String, evidence: String, now: Timestamp) -> RollbackEffect? {
    guard isWatching, policy == state.policyInCharge else { return nil }
    return rollBack(
      .archiveMismatch, "\(policy): \(evidence.prefix(400))", now)
  }

  private static func short(_ value: Double) -> String { String(format: "%.3f", value) }
  private static func basisPoints(_ share: Double) -> String { String(format: "%.2f bp", share * 10_000) }
}
