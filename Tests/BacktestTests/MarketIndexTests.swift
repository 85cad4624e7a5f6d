import Backtest
import Core
import Testing

@Suite("All instruments together")
struct MarketIndexTests {
  /// A bar of an instrument that closes so many hours after the beginning of a day.
  private func bar(_ instrument: UInt16, closesAtHour hour: Int, _ close: Int64) -> Bar {
    let price = Price(raw: close * Price.unit)
    return Bar(
      instrument: InstrumentID(index: instrument), timeframe: .oneHour,
      openTime: Timestamp(milliseconds: 86_400_000 * 20_000 + Int64(hour - 1) * 3_600_000), open: price, high: price,
      low: price, close: price, volume: .zero)
  }

  /// By hand: 0 goes 100 → 110 → 121 and then 133.1; 1 is listed in the first day at 50 and ends it at 60, has no bar on
  /// the second day, and falls from 60 to 54 on the third.
  @Test func meansByDay() {
    var index = MarketIndex(instruments: 3)
    index.see(bar(0, closesAtHour: 1, 100))
    for bar in [
      bar(0, closesAtHour: 20, 110), bar(1, closesAtHour: 20, 50), bar(1, closesAtHour: 24, 60),
      bar(0, closesAtHour: 30, 121), bar(0, closesAtHour: 70, 121), bar(1, closesAtHour: 70, 54),
    ] { index.see(bar) }
    let means = index.all.map(\.meanReturn)
    #expect(index.all.map(\.day) == [20_000, 20_001, 20_002])
    let expected = [(0.1 + 0.2) / 2, 0.1, (0.0 - 0.1) / 2]
    for (mean, value) in zip(means, expected) { #expect(abs(mean - value) < 1e-12, "\(means)") }
  }
}
