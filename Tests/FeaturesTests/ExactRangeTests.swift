import Core
import Features
import Testing

@Suite struct ExactRangeTests {
  /// Rounded quotient by comparing twice the remainder, with room to spare.
  private func halfEven(_ value: Int128, _ divisor: Int128) -> Int128 {
    let (quotient, rest) = (value / divisor, value % divisor)
    if 2 * rest == divisor { return quotient + quotient % 2 }
    return 2 * rest > divisor ? quotient + 1 : quotient
  }

  private func naive(_ bars: [Bar]) -> Int64? {
    guard bars.count >= 15 else { return nil }
    let ranges = zip(bars, bars.dropFirst()).map { last, bar in
      max(
        Int128(bar.high.raw) - Int128(bar.low.raw), abs(Int128(bar.high.raw) - Int128(last.close.raw)),
        abs(Int128(bar.low.raw) - Int128(last.close.raw)))
    }
    let first = halfEven(ranges.prefix(14).reduce(0, +), 14)
    return Int64(ranges.dropFirst(14).reduce(first) { halfEven($0 * 13 + $1, 14) })
  }

  @Test(arguments: [1, 10_000_000, 9_000_000_000_000] as [Int64])
  func matchesANaiveComputation(tick: Int64) {
    for seed in UInt64(0)..<5 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest, lane: 7)
      var exact = ExactAverageTrueRange()
      var bars: [Bar] = []
      for var bar in randomBars(120, seed: seed) {
        let low = Int64(1 + random.below(10_000))
        let high = low + Int64(random.below(10_000))
        bar.low = Price(raw: low * tick)
        bar.high = Price(raw: high * tick)
        bar.close = Price(raw: (low + Int64(random.below(Int(high - low) + 1))) * tick)
        bars.append(bar)
        #expect(exact.receive(high: bar.high, low: bar.low, close: bar.close)?.raw == naive(bars), "seed \(seed)")
      }
    }
  }

  @Test func rangesThatDoNotFitGiveNoAverage() {
    var exact = ExactAverageTrueRange()
    for _ in 0..<30 {
      #expect(exact.receive(high: .max, low: Price(raw: 1), close: Price(raw: 1)) == nil)
    }
  }

  @Test func tiesGoToEven() {
    var exact = ExactAverageTrueRange()
    var last: Price?
    // Fourteen ranges that sum to 7: one half, to 0; then (0·13 + 21) / 14 = 1.5, to 2.
    for range in [0, 7] + [Int64](repeating: 0, count: 13) {
      last = exact.receive(high: Price(raw: 100 + range), low: Price(raw: 100), close: Price(raw: 100))
    }
    #expect(last == .zero)
    #expect(exact.receive(high: Price(raw: 121), low: Price(raw: 100), close: Price(raw: 100)) == Price(raw: 2))
  }

  @Test func wideDecimalsConvertToTheNearestDouble() {
    var random = CounterRandom(seed: 11, purpose: .propertyTest)
    for _ in 0..<2000 {
      let bits = Int128(bitPattern: UInt128(random.next()) << 64 | UInt128(random.next()))
      let raw = bits >> Int128(random.below(127))
      #expect(Measure(raw: raw).approximate == Double(raw) / 1e18)
      #expect(Money(raw: raw).approximate == Double(raw) / 1e18)
    }
    for raw in [0, 1, -1, .max, .min, 1 << 64, (1 << 64) - 1, (1 << 117) + (1 << 64), (1 << 117) + (1 << 64) + 1]
      as [Int128]
    {
      #expect(Measure(raw: raw).approximate == Double(raw) / 1e18)
    }
  }
}
