import Core

/// What a bot might say of itself.
enum Sample {
  static var snapshot: StatusSnapshot {
    let at = Timestamp(milliseconds: 1_700_000_000_000)
    var snapshot = StatusSnapshot(
      processIdentifier: 1, build: "0.1.0", mode: "PAPER", isSynthetic: true, venue: "paper", timeframe: .oneMinute,
      startedAt: at, updatedAt: at, tradingState: .active, policy: "sma \"cross\"\\\n", isUntrained: false,
      cashQuote: Money(raw: 100 * Money.unit), startEquityQuote: Money(raw: 100 * Money.unit))
    snapshot.vetoes = [.init(name: "spread", count: 3)]
    snapshot.bars = 7
    snapshot.instruments = [
      .init(symbol: "SIM-BTC", lastClose: nil, lastBarClose: nil, position: .flat, unrealisedQuote: .zero)
    ]
    return snapshot
  }

  static func latch(_ level: StopLevel) -> StopLatch {
    StopLatch(id: "L1-a", level: level, source: .http, reason: "", at: Timestamp(milliseconds: 0))
  }
}
