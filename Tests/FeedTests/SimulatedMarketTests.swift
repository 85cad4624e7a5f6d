import Core
import Feed
import Foundation
import Testing

@Suite struct SimulatedMarketTests {
  static let start = Timestamp(milliseconds: 1_700_000_000_000)

  func market(
    _ seed: UInt64, _ indices: [UInt16] = [0], _ timeframe: String = "1h", price: String = "60000", stream: UInt64 = 0
  ) throws -> SimulatedMarket {
    SimulatedMarket(
      seed: seed, instruments: indices.map { InstrumentID(index: $0) }, timeframe: Timeframe(timeframe)!,
      start: Self.start, startPrices: try indices.map { _ in try Price(price) }, stream: stream)
  }

  func bars(_ market: SimulatedMarket, _ count: Int) -> [Bar] {
    var market = market
    return (0..<count).compactMap { _ in market.next() }
  }

  @Test func theSameSeedGivesTheSameBarsAndAnotherDoesNot() throws {
    let first = bars(try market(7, [0, 1]), 2000)
    #expect(bars(try market(7, [0, 1]), 2000) == first)
    #expect(bars(try market(8, [0, 1]), 2000) != first)
    #expect(bars(try market(7, [0, 1], stream: 1), 2000) != first)
    let alone = bars(try market(7, [1]), 900)
    #expect(Array(first.filter { $0.instrument.index == 1 }.prefix(900)) == alone, "others do not matter")
  }

  @Test(arguments: ["1s", "5m", "1h", "1d"])
  func barsArePossibleAndInOrder(_ timeframe: String) throws {
    let step = Timeframe(timeframe)!.milliseconds
    for seed in UInt64(1)...3 {
      let made = bars(try market(seed, [0], timeframe, price: seed == 3 ? "0.02" : "60000"), 20_000)
      #expect(made.count == 20_000)
      let tick = try Price("0.01")
      #expect(
        made.allSatisfy {
          $0.isConsistent && $0.volume.isPositive && $0.open.isMultiple(of: tick) && $0.high.isMultiple(of: tick)
            && $0.low.isMultiple(of: tick) && $0.close.isMultiple(of: tick)
            && $0.openTime.milliseconds % step == 0
        }, "seed \(seed)")
      #expect(zip(made, made.dropFirst()).allSatisfy { $0.closeTime <= $1.openTime }, "seed \(seed)")
    }
  }

  @Test func gapsAreRare() throws {
    let made = bars(try market(3, [0], "1m"), 200_000)
    let missing = zip(made, made.dropFirst()).map { ($1.openTime.milliseconds - $0.closeTime.milliseconds) / 60_000 }
    let gaps = missing.filter { $0 > 0 }
    #expect((60...150).contains(gaps.count), "about 100 are expected")
    #expect(gaps.allSatisfy { $0 <= 6 })
    #expect(Set(gaps).isSuperset(of: [1, 2, 3]))
  }

  @Test(arguments: [("1s", 31_557_600.0), ("1h", 8766), ("1d", 365.25)])
  func volatilityIsThatOfAMarketAtEveryLength(_ timeframe: String, _ perYear: Double) throws {
    let closes = bars(try market(11, [0], timeframe), 40_000).map { $0.close.approximate }
    let returns = zip(closes, closes.dropFirst()).map { log($1 / $0) }
    let annual = (returns.reduce(0) { $0 + $1 * $1 } / Double(returns.count) * perYear).squareRoot()
    #expect((0.4...1.3).contains(annual), "annual volatility \(annual)")
  }

  @Test func volatilityClustersAndInstrumentsMoveTogether() throws {
    let made = bars(try market(5, [0, 1]), 60_000)
    var last: [Double?] = [nil, nil]
    var returns: [[Int64: Double]] = [[:], [:]]
    for bar in made {
      let index = Int(bar.instrument.index)
      let close = bar.close.approximate
      if let last = last[index] { returns[index][bar.openTime.milliseconds] = log(close / last) }
      last[index] = close
    }
    let times = returns[0].keys.filter { returns[1][$0] != nil }.sorted()
    func correlation(_ x: [Double], _ y: [Double]) -> Double {
      let n = Double(x.count)
      let (mx, my) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
      let xy = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
      let xx = x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
      let yy = y.reduce(0) { $0 + ($1 - my) * ($1 - my) }
      return xy / (xx * yy).squareRoot()
    }
    let first = times.map { returns[0][$0]! }
    #expect((0.3...0.8).contains(correlation(first, times.map { returns[1][$0]! })))
    let squares = first.map { $0 * $0 }
    #expect(correlation(Array(squares.dropLast()), Array(squares.dropFirst())) > 0.1)
  }

  @Test func anUnlimitedRunStaysInRange() throws {
    var market = try market(2, [0], "1d", price: "9000000000")
    var largest = Price.zero
    var smallest = Price.max
    for _ in 0..<100_000 {
      guard let bar = market.next() else { break }
      largest = max(largest, bar.high)
      smallest = min(smallest, bar.low)
    }
    #expect(smallest.isPositive && largest > smallest)
  }

  @Test func theEndOfTimeIsAnEnd() throws {
    var market = SimulatedMarket(
      seed: 1, instruments: [btc], timeframe: .oneDay, start: .latest, startPrices: [try Price("5")])
    #expect(market.next() != nil)
    #expect(market.next() == nil)
  }
}
