import Core

/// What hindsight over a few bars would have done, as shares of the legal actions, for every bar of several series.
struct OracleLabels: Sendable {
  init(_ series: [TradingSeries], settings: TradingSettings) {}
  func weight(_ source: Int, bar: Int, place: Int) -> Float { 0 }
  func share(_ source: Int, bar: Int, place: Int, action: Int) -> Float { 0 }
}
