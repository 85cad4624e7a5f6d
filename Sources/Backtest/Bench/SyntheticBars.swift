import Core
import Feed

/// SYNTHETIC one-minute bars of a driftless walk in whole cents, for measurements: the same seed gives the same bars on
/// every machine.
///
/// Eight draws of SplitMix64 a bar: the gap to the open, four parts of the body, both shadows, the volume.
package struct SyntheticBars: BarSource {
  private let instrument: InstrumentID
  private let count: Int
  private var random: CounterRandom
  private var index = 0
  private var previous: Int64 = 1_000_000
  private static let start: Int64 = 1_609_459_200_000
  private static let cent: Int64 = 10_000_000

  /// `count` bars from the first minute of 2021 on.
  package init(instrument: InstrumentID, seed: UInt64, count: Int) {
    self.instrument = instrument
    self.count = count
    random = CounterRandom(key: seed)
  }

  private mutating func draw(below bound: Int64) -> Int64 { Int64(random.next() >> 33) % bound }

  /// `price` times `millionths`, cut towards zero.
  private func part(_ price: Int64, _ millionths: Int64) -> Int64 { price * millionths / 1_000_000 }

  /// The next bar.
  package mutating func next() -> Bar? {
    guard index < count else { return nil }
    let open = previous + part(previous, draw(below: 201) - 100)
    var body: Int64 = 0
    for _ in 0..<4 { body += draw(below: 1001) - 500 }
    let close = open + part(open, body)
    let high = max(open, close) + part(open, draw(below: 301))
    let low = min(open, close) - part(open, draw(below: 301))
    let volume = 1 + draw(below: 100_000)
    let price = { (cents: Int64) in Price(raw: cents * Self.cent) }
    let bar = Bar(
      instrument: instrument, timeframe: .oneMinute,
      openTime: Timestamp(milliseconds: Self.start + 60_000 * Int64(index)), open: price(open), high: price(high),
      low: price(low), close: price(close), volume: Measure(raw: Int128(volume) * (Measure.unit / 1000)))
    previous = close
    index += 1
    return bar
  }
}

/// Bars that are in memory already.
package struct BarsInMemory: BarSource {
  private let bars: [Bar]
  private var index = 0

  /// A source over bars.
  package init(_ bars: [Bar]) { self.bars = bars }

  /// The next bar.
  @inline(__always)
  package mutating func next() -> Bar? {
    guard index < bars.count else { return nil }
    defer { index += 1 }
    return bars[index]
  }
}
