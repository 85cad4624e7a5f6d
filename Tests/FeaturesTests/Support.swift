import Core
import Foundation
import Testing

/// A file of `Resources`.
func resource(_ name: String) throws -> String {
  let url = try #require(Bundle.module.url(forResource: "Resources/" + name, withExtension: nil))
  return try String(contentsOf: url, encoding: .utf8)
}

/// Rows of a CSV text as numbers, without the header; nil for an empty cell.
func numbers(_ csv: String) throws -> (header: [String], rows: [[Double?]]) {
  let lines = csv.split(separator: "\n")
  let rows = try lines.dropFirst().map { line in
    try line.split(separator: ",", omittingEmptySubsequences: false).map { cell -> Double? in
      cell.isEmpty ? nil : try #require(Double(cell) as Double?)
    }
  }
  return (lines[0].split(separator: ",").map(String.init), rows)
}

/// Whether two numbers agree as the golden files ask: within 1e-9 of the size, or 1e-9 near zero.
func agree(_ left: Double, _ right: Double, tolerance: Double = 1e-9) -> Bool {
  abs(left - right) <= tolerance * max(1, abs(right))
}

/// A table of instruments; the ones at the given places can be sold short.
func table(count: Int = 1, shortable: Set<Int> = []) -> InstrumentTable {
  let rules = InstrumentRules(
    effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: 10_000_000), lot: Quantity(raw: 1),
    minimumQuantity: .zero, minimumNotionalQuote: .zero, makerFee: .zero, takerFee: .zero)
  return InstrumentTable(
    (0..<count).map {
      Instrument(
        id: InstrumentID(index: UInt16($0)), symbol: "S\($0)", venue: "simulated", kind: .cryptoSpot,
        isShortable: shortable.contains($0), calendar: .alwaysOpen, rules: [rules])
    })
}

/// How a random market moves.
struct MarketShape {
  var instrument: UInt16 = 0
  /// Standard deviation of a bar's move, in ticks of 0.01.
  var moveTicks = 300.0
  /// Probability of a bar that stands still.
  var stillness = 0.1
  /// Probability of a bar without volume.
  var volumeless = 0.1
}

/// Consistent one-hour bars of a random walk.
func randomBars(_ count: Int, seed: UInt64, shape: MarketShape = MarketShape()) -> [Bar] {
  var random = CounterRandom(seed: seed, purpose: .propertyTest, lane: UInt64(shape.instrument))
  let tick: Int64 = 10_000_000
  var last: Int64 = 1_000_000
  return (0..<count).map { index in
    let isStill = random.uniform() < shape.stillness
    let open = last
    let close = isStill ? open : max(1000, open + Int64(random.normal() * shape.moveTicks))
    let high = isStill ? open : max(open, close) + Int64(random.uniform() * shape.moveTicks)
    let low = isStill ? open : max(1, min(open, close) - Int64(random.uniform() * shape.moveTicks))
    let volume = random.uniform() < shape.volumeless ? 0 : Int128(random.below(1_000_000))
    last = close
    return Bar(
      instrument: InstrumentID(index: shape.instrument), timeframe: .oneHour,
      openTime: Timestamp(milliseconds: 1_609_459_200_000 + Int64(index) * 3_600_000), open: Price(raw: open * tick),
      high: Price(raw: high * tick), low: Price(raw: low * tick), close: Price(raw: close * tick),
      volume: Measure(raw: volume * 1_000_000_000_000_000))
  }
}

/// One-hour bars that all stand at one price.
func constantBars(_ count: Int, price: String, volume: String) throws -> [Bar] {
  let price = try Price(price)
  let volume = try Measure(volume)
  return (0..<count).map { index in
    Bar(
      instrument: InstrumentID(index: 0), timeframe: .oneHour,
      openTime: Timestamp(milliseconds: Int64(index) * 3_600_000), open: price, high: price, low: price, close: price,
      volume: volume)
  }
}
