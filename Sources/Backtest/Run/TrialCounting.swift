import Bot
import Core
import Statistics

/// Counts a run among the trials: whoever chooses the best of many tries must know how many there were.
package struct TrialCounting {
  private let ledger: TrialLedger

  /// Counts in the ledger of a directory.
  package init(directory: String) { ledger = TrialLedger(directory: directory) }

  /// Adds a run and takes the census of all, this one included. The same request on the same data is one trial however
  /// often it is run. Throws what the ledger throws, and `StartError` for data that cannot be read.
  package func count(
    _ run: BacktestRun, _ request: BacktestRequest, returns: [Double], at created: Timestamp
  ) throws -> TrialCensus {
    if let from = run.book.equity.firstTime, let to = run.book.equity.lastTime, !returns.isEmpty {
      let hashes = try request.data.map { try $0.digest() }
      let settings = request.fingerprint(run)
      if returns.count <= TrialRecord.mostReturns {
        try ledger.append(
          TrialRecord(
            kind: "backtest", settings: settings, dataHashes: Array(hashes.prefix(1024)), from: from, to: to,
            returns: returns, created: created))
      } else {
        try ledger.append(
          TrialRecord(
            kind: "backtest", settings: settings, dataHashes: Array(hashes.prefix(1024)), from: from, to: to,
            returns: .reference("not kept"), sharpe: Moments(returns)?.sharpe, periods: returns.count,
            created: created))
      }
    }
    return try ledger.census()
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
