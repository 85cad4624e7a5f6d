import Agent
import Core
import Foundation
import Testing

@Suite("Moving-average cross")
struct SMACrossTests {
  private struct Golden: Decodable {
    let bars, closed_trades, fills, winners: Int
    let open_qty, final_cash, total_fees, last_close: String
  }

  /// The market of the golden: integer cents from SplitMix64.
  private struct CentsMarket {
    var random: CounterRandom
    var previous: Int64 = 1_000_000

    mutating func below(_ bound: UInt64) -> Int64 { Int64((random.next() >> 33) % bound) }

    func scaled(_ cents: Int64, _ parts: Int64) -> Int64 {
      (parts < 0 ? -1 : 1) * (cents * abs(parts) / 1_000_000)
    }

    mutating func next(_ index: Int) -> Bar {
      let open = previous + scaled(previous, below(201) - 100)
      var sum: Int64 = 0
      for _ in 0..<4 { sum += below(1001) - 500 }
      let close = open + scaled(open, sum)
      let high = max(open, close) + scaled(open, below(301))
      let low = min(open, close) - scaled(open, below(301))
      _ = below(100_000)
      previous = close
      let cent = Price.unit / 100
      return bar(
        timeframe: .oneMinute, openTime: 1_609_459_200_000 + 60_000 * Int64(index), open: Price(raw: open * cent),
        high: Price(raw: high * cent), low: Price(raw: low * cent), close: Price(raw: close * cent))
    }
  }

  @Test("100,000 bars give the golden's fills, fees and cash to the last digit")
  func golden() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(resources)/sma-cross-100k.json"))
    let golden = try JSONDecoder().decode(Golden.self, from: data)
    var market = CentsMarket(random: CounterRandom(key: 7))
    var policy = try SMACrossPolicy(fast: 10, slow: 50)
    var cash = try Money("1000000")
    var fees = Money.zero
    var position = PositionView.flat
    var order: (side: Side, quantity: Quantity)?
    var (fills, trades) = (0, 0)
    var last = Price.zero
    let stake = try Money("10000")
    for index in 0..<golden.bars {
      let bar = market.next(index)
      if let sent = order {
        let fee = try (bar.open * sent.quantity).scaled(by: Rate(basisPoints: 10), rounding: .exact)
        let value = bar.open * sent.quantity
        cash = try (sent.side == .buy ? cash.subtracting(value) : cash.adding(value)).subtracting(fee)
        fees = try fees.adding(fee)
        position = try position.applying(sent.side, sent.quantity, at: bar.open, time: bar.openTime).position
        fills += 1
        if sent.side == .sell { trades += 1 }
        order = nil
      }
      let seen = observation(bar, position: position, isShortable: false)
      policy.observe(seen)
      last = bar.close
      guard index < golden.bars - 1, let wish = policy.decide(seen).wish else { continue }
      switch wish.action {
      case .buyLong:
        let lot = Quantity(raw: Quantity.unit / 1_000_000)
        let bought = try stake.quantity(at: bar.close, rounding: .down).rounded(toMultipleOf: lot, .down)
        order = (.buy, bought)
        #expect(wish.fraction == .one)
      case .closeLong: order = (.sell, position.quantity)
      case .hold: continue
      default: Issue.record("\(wish.action) at bar \(index)")
      }
    }
    #expect(fills == golden.fills)
    #expect(trades == golden.closed_trades)
    #expect(position.quantity.description == golden.open_qty)
    #expect(cash.description == golden.final_cash)
    #expect(fees.description == golden.total_fees)
    #expect(last == (try Price(golden.last_close)))
  }

  @Test("Three interleaved instruments agree with means taken anew at every bar, ties included")
  func againstNaive() throws {
    let seed: UInt64 = 20_240_301
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var policy = try SMACrossPolicy(fast: 3, slow: 7)
    var closes: [[Int64]] = [[], [], []]
    var wantsLong = [false, false, false]
    var ties = 0
    for step in 0..<6000 {
      let index = random.below(3)
      let close = Int64(1000 + random.below(3))
      closes[index].append(close)
      let seen = observation(tick(UInt16(index), close: Int64(step) * 1000, price: Price(raw: close)))
      policy.observe(seen)
      let all = closes[index]
      let action = policy.decide(seen).wish?.action
      guard all.count >= 7 else {
        #expect(action == .hold)
        #expect(policy.decide(seen).wish?.note == "warming_up")
        continue
      }
      let left = 7 * all.suffix(3).reduce(0, +)
      let right = 3 * all.suffix(7).reduce(0, +)
      if left != right { wantsLong[index] = left > right } else { ties += 1 }
      #expect(action == (wantsLong[index] ? .buyLong : .hold), "seed \(seed), step \(step)")
      var held = seen
      held.position = position(.long, entry: price(1), entryTime: 0)
      #expect(policy.decide(held).wish?.action == (wantsLong[index] ? .hold : .closeLong), "seed \(seed), step \(step)")
      held.position = position(.short, entry: price(1), entryTime: 0)
      #expect(policy.decide(held).wish?.action == .closeShort)
    }
    #expect(ties > 100)
  }

  @Test("The highest prices do not overflow")
  func highestPrices() throws {
    var policy = try SMACrossPolicy(fast: 2, slow: 3)
    for step in 0..<4 {
      let seen = observation(tick(close: Int64(step), price: Price(raw: step == 3 ? .max : .max - 1)))
      policy.observe(seen)
      if step == 3 { #expect(policy.decide(seen).wish?.action == .buyLong) }
    }
  }

  @Test(arguments: [(0, 5), (5, 5), (6, 5), (-1, 5), (1, 10_001)])
  func refusesParameters(fast: Int, slow: Int) {
    #expect(throws: PolicyError.self) { try SMACrossPolicy(fast: fast, slow: slow) }
  }

  @Test("A rule's identity follows from its parameters alone")
  func identity() throws {
    let first = try SMACrossPolicy(fast: 10, slow: 50).identity
    #expect(first == (try SMACrossPolicy(fast: 10, slow: 50).identity))
    #expect(first.name == "sma-cross-10-50")
    // SHA-256 of {"fast":10,"kind":"sma-cross","slow":50}
    #expect(first.sha256 == "e22a0b1cfc7b6f8d22a00e042e53b4d7a5363c50c30c2ce1d38639f23af9d674")
    #expect(first.sha256 != (try SMACrossPolicy(fast: 10, slow: 51).identity.sha256))
    #expect(!first.isUntrained)
  }
}
