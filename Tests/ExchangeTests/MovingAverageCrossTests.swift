import Core
import Exchange
import Testing

/// The moving-average cross of a known bar generator, over 100,000 bars: the exchange's arithmetic must agree with an
/// independent engine's to the last decimal.
@Suite struct MovingAverageCrossTests {
  @Test func hundredThousandBarsEndOnTheExactCash() throws {
    let instrument = World.instrument(0, lot: "0.000001", minimum: "0.000001", notional: "0")
    var exchange = World.exchange([instrument], cash: "1000000")
    var market = GeneratedBars(seed: 7)
    var closes: [Int64] = []
    var sequence: UInt64 = 0
    var isLong = false
    var fills = 0
    for index in 0..<100_000 {
      let bar = market.next(index)
      fills += exchange.advance(bar).compactMap(\.fill).count
      closes.append(bar.close.raw / 10_000_000)
      if closes.count > 50 { closes.removeFirst() }
      guard closes.count == 50, index < 99_999 else { continue }
      let (fast, slow) = (5 * closes.suffix(10).reduce(0, +), closes.reduce(0, +))
      if fast == slow || (fast > slow) == isLong { continue }
      isLong = fast > slow
      sequence += 1
      let quantity =
        isLong
        ? try World.money("10000").quantity(at: bar.close, rounding: .down)
          .rounded(toMultipleOf: World.quantity("0.000001"), .down)
        : exchange.position().quantity
      let request = OrderRequest(
        clientID: World.id(sequence, isLong ? .entry : .exit), instrument: instrument.id, side: isLong ? .buy : .sell,
        kind: .market, quantity: quantity, isReduceOnly: !isLong)
      #expect(exchange.send(request).reason == nil)
    }
    #expect(fills == 2753)
    #expect(exchange.account.cashQuote == World.money("960780.71504853018"))
    #expect(exchange.account.feesQuote == World.money("27528.39363086982"))
    #expect(exchange.position().quantity == World.quantity("1.330859"))
  }
}

/// Synthetic one-minute bars in whole cents, eight draws of SplitMix64 each.
private struct GeneratedBars {
  private var random: CounterRandom
  private var previous: Int64 = 1_000_000

  init(seed: UInt64) { random = CounterRandom(key: seed) }

  private mutating func below(_ bound: UInt64) -> Int64 { Int64((random.next() >> 33) % bound) }

  private func part(_ price: Int64, _ millionths: Int64) -> Int64 {
    millionths.signum() * (price * abs(millionths) / 1_000_000)
  }

  mutating func next(_ index: Int) -> Bar {
    let open = previous + part(previous, below(201) - 100)
    var step: Int64 = 0
    for _ in 0..<4 { step += below(1001) - 500 }
    let close = open + part(open, step)
    let high = max(open, close) + part(open, below(301))
    let low = min(open, close) - part(open, below(301))
    let volume = 1 + below(100_000)
    previous = close
    let price = { (cents: Int64) in Price(raw: cents * 10_000_000) }
    return Bar(
      instrument: InstrumentID(index: 0), timeframe: .oneMinute,
      openTime: Timestamp(milliseconds: 1_609_459_200_000 + 60_000 * Int64(index)), open: price(open),
      high: price(high), low: price(low), close: price(close),
      volume: Measure(raw: Int128(volume) * 1_000_000_000_000_000))
  }
}
