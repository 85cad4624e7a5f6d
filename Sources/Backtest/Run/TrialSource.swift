import Core
import Statistics

/// What a run is as a trial, besides its data and its returns.
package struct TrialSource: Sendable, Equatable {
  /// All that makes a difference to the result, as text.
  package var settings: String
  /// First and last moment that was judged.
  package var from: Timestamp
  package var to: Timestamp

  /// A trial as given.
  package init(settings: String, from: Timestamp, to: Timestamp) {
    (self.settings, self.from, self.to) = (settings, from, to)
  }

  /// The trial that a run is; nil for one without a bar.
  package init?(_ run: BacktestRun, _ request: BacktestRequest) {
    guard let from = run.book.equity.firstTime, let to = run.book.equity.lastTime else { return nil }
    self.init(settings: request.fingerprint(run), from: from, to: to)
  }

  /// The record of it; of more returns than a record carries, only their ratio. Throws `StatisticsError`.
  func record(
    _ kind: String, returns: [Double], dataHashes: [String], at created: Timestamp
  ) throws -> TrialRecord {
    if returns.count <= TrialRecord.mostReturns {
      return try TrialRecord(
        kind: kind, settings: settings, dataHashes: dataHashes, from: from, to: to, returns: returns, created: created)
    }
    return try TrialRecord(
      kind: kind, settings: settings, dataHashes: dataHashes, from: from, to: to, returns: .reference("not kept"),
      sharpe: Moments(returns)?.sharpe, periods: returns.count, created: created)
  }
}

extension BacktestRequest {
  /// All that makes a difference to the result besides the data, as canonical JSON.
  func fingerprint(_ run: BacktestRun) -> String {
    var out = CanonicalJSON(capacity: 512)
    out.object { out in
      out.key("cash")
      out.value(cashQuote)
      out.key("cost_tenths")
      out.value(costTenths)
      out.key("delay_bars")
      out.value(delayBars)
      out.key("fee")
      out.value(fee.map { "\($0)" } ?? "instrument")
      out.key("limits")
      out.value("\(limits())")
      out.key("missed_fills")
      out.value(missedFills)
      out.key("policy")
      out.value(run.policy)
      out.key("policy_sha256")
      out.value(run.policyHash)
      out.key("resumes_next_day")
      out.value(resumesNextDay)
      out.key("seed")
      out.value(seed)
      out.key("slippage")
      out.value(slippage.map { "\($0)" } ?? "settings")
      out.key("timeframe")
      out.value("\(run.timeframe)")
    }
    return out.text
  }
}
