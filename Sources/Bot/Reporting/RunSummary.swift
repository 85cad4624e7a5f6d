import Core
import Feed

/// What one run came to. The same inputs and seed give the same summary, timing aside.
package struct RunSummary: Sendable {
  package var mode: String
  package var isSynthetic: Bool
  package var isUntrained: Bool
  package var policy: String
  package var timeframe: Timeframe
  package var instruments: [String]
  package var bars: Int
  package var preRollBars: Int
  package var feed: FeedQuality
  package var statistics: DecisionStatistics
  package var orders: OrderCounters
  package var discarded: (late: Int, superseded: Int)
  package var fallbacks: [(name: String, count: Int)]
  package var policySwitches: Int
  package var cashQuote: Money
  package var equityQuote: Money
  package var startCashQuote: Money
  package var positions: [(symbol: String, position: PositionView)]
  package var tradingState: TradingState
  package var depthHistogram: [Int]
  package var firstBar: Timestamp?
  package var lastBar: Timestamp?
  package var journal: (path: String, records: UInt64, hash: String)?
  package var timing: Timing
  /// Why the run ended: `end_of_data`, `signal`, `bar_limit`, `error`.
  package var endReason: String

  /// What depends on the machine.
  package struct Timing: Sendable {
    package var wallSeconds = 0.0
    package var decisionsPerSecond = 0.0
    package var barsPerSecond = 0.0
    package var decisionMicros: LatencyHistogram?
    /// Nil where no clock has a say.
    package var deadline: DecisionTime.Report?
    package var pathMicros: LatencyHistogram?
    package var peakMemoryMiB = 0.0
  }

  /// One JSON object, keys sorted; what depends on the machine is in `timing`.
  package func json() -> CanonicalJSON {
    var out = CanonicalJSON(capacity: 4096)
    out.object {
      write(counts: &$0)
      write(results: &$0)
    }
    return out
  }

  private func write(counts out: inout CanonicalJSON) {
    out.key("act_depth")
    out.object { out in
      for (depth, count) in depthHistogram.enumerated().map({ ("\($0)", $1) }).sorted(by: { $0.0 < $1.0 })
      where count > 0 {
        out.member(depth, count)
      }
    }
    out.key("bars")
    out.value(bars)
    out.key("cash_quote")
    out.value(cashQuote)
    out.key("decisions")
    out.object { out in
      for action in Action.allCases.sorted(by: { $0.name < $1.name }) {
        out.member(action.name, statistics.wished[Int(action.rawValue)])
      }
    }
    out.key("decisions_after_veto")
    out.object { out in
      for action in Action.allCases.sorted(by: { $0.name < $1.name }) {
        out.member(action.name, statistics.final[Int(action.rawValue)])
      }
    }
    out.key("decisions_total")
    out.value(statistics.total)
    out.key("discarded")
    out.object {
      $0.member("late", discarded.late)
      $0.member("superseded", discarded.superseded)
    }
    out.key("end_reason")
    out.value(endReason)
    out.key("equity_quote")
    out.value(equityQuote)
    out.key("fallbacks")
    out.object { out in
      for fallback in fallbacks.sorted(by: { $0.name < $1.name }) { out.member(fallback.name, fallback.count) }
    }
    out.key("feed")
    out.object { feed.write(to: &$0) }
    out.key("fees_quote")
    out.value(orders.feesQuote)
    out.key("fills")
    out.value(orders.fills)
  }

  private func write(results out: inout CanonicalJSON) {
    out.key("first_bar")
    if let firstBar { out.value(firstBar.description) } else { out.null() }
    out.key("instruments")
    out.array { out in instruments.forEach { out.value($0) } }
    out.key("journal_hash")
    if let journal { out.value(journal.hash) } else { out.null() }
    out.key("journal_records")
    if let journal { out.value(journal.records) } else { out.null() }
    out.key("last_bar")
    if let lastBar { out.value(lastBar.description) } else { out.null() }
    out.key("mode")
    out.value(mode)
    out.key("net_result_quote")
    out.value(Money(raw: equityQuote.raw - startCashQuote.raw))
    out.key("orders")
    out.value(orders.orders)
    out.key("orders_rejected")
    out.value(orders.rejected)
    out.key("policy")
    out.value(policy)
    out.key("policy_switches")
    out.value(policySwitches)
    out.key("positions")
    out.object { out in
      for (symbol, position) in positions.sorted(by: { $0.symbol < $1.symbol }) where position.side != .flat {
        out.member(symbol, "\(position.side == .short ? "-" : "")\(position.quantity)")
      }
    }
    out.key("pre_roll_bars")
    out.value(preRollBars)
    out.key("schema")
    out.value(literal: "hrmbot.summary/1")
    out.key("start_cash_quote")
    out.value(startCashQuote)
    out.key("synthetic")
    out.value(isSynthetic)
    out.key("timeframe")
    out.value(timeframe.description)
    out.key("timing")
    out.object { timing.write(to: &$0) }
    out.key("trading_state")
    out.value(tradingState.rawValue)
    out.key("untrained")
    out.value(isUntrained)
    out.key("vetoes")
    out.object { out in
      for check in RiskCheck.allCases.sorted(by: { $0.rawValue < $1.rawValue }) {
        if let count = statistics.vetoes[check] { out.member(check.rawValue, count) }
      }
      if statistics.belowMinimum > 0 { out.member("~below_min_qty", statistics.belowMinimum) }
    }
  }
}

extension RunSummary.Timing {
  fileprivate func write(to out: inout CanonicalJSON) {
    out.key("bars_per_second")
    out.value(barsPerSecond.rounded())
    out.key("deadline")
    if let deadline { deadline.write(to: &out) } else { out.null() }
    out.key("decision_latency_us")
    out.percentiles(decisionMicros)
    out.key("decisions_per_second")
    out.value(decisionsPerSecond.rounded())
    out.key("path_latency_us")
    out.percentiles(pathMicros)
    out.key("peak_memory_mib")
    out.value(peakMemoryMiB.rounded())
    out.key("wall_seconds")
    out.value((wallSeconds * 1000).rounded() / 1000)
  }
}

extension DecisionTime.Report {
  fileprivate func write(to out: inout CanonicalJSON) {
    out.object {
      $0.member("beyond_bound", beyondBound)
      $0.member("bound_us", Int(boundNanoseconds / 1000))
      $0.member("largest_overrun_us", Int(largestOverrunNanoseconds / 1000))
      $0.member("limit_us", Int(limitNanoseconds / 1000))
      $0.member("overruns", overruns)
    }
  }
}

extension FeedQuality {
  /// What was refused or missing, by name, where there is any.
  package var problems: [StatusSnapshot.Count] {
    [
      ("bad_rows", badRows), ("disorder", disorder), ("duplicates", duplicates), ("gaps", gaps),
      ("impossible_bars", impossibleBars), ("missing_bars", missingBars),
    ].filter { $0.1 > 0 }.map { .init(name: $0.0, count: $0.1) }
  }

  func write(to out: inout CanonicalJSON) {
    out.member("bad_rows", badRows)
    out.member("disorder", disorder)
    out.member("duplicates", duplicates)
    out.member("gaps", gaps)
    out.member("impossible_bars", impossibleBars)
    out.member("missing_bars", missingBars)
    out.member("rows", rows)
  }
}

extension CanonicalJSON {
  /// A member whose key is only known at run time.
  mutating func member(_ key: String, _ number: Int) { raw(Self.quoted(key) + Array(":\(number)".utf8)) }

  mutating func member(_ key: String, _ text: String) { raw(Self.quoted(key) + [58] + Self.quoted(text)) }

  private static func quoted(_ text: String) -> [UInt8] {
    var out = CanonicalJSON(capacity: text.utf8.count + 2)
    out.value(text)
    return out.bytes
  }

  fileprivate mutating func percentiles(_ histogram: LatencyHistogram?) {
    guard let histogram, histogram.count > 0 else { return null() }
    object { out in
      out.key("count")
      out.value(histogram.count)
      for (name, quantile) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999)] {
        let value = histogram.microseconds(atQuantile: quantile) ?? 0
        out.raw(Array("\"\(name)\":\((value * 10).rounded() / 10)".utf8))
      }
    }
  }
}
