import Core
import Foundation
import Testing

@Suite struct PositionTests {
  static let now = Timestamp(milliseconds: 1000)

  func applied(_ position: PositionView, _ side: Side, _ quantity: String, _ price: String) throws -> (
    position: PositionView, realisedQuote: Money
  ) {
    try position.applying(side, Quantity(quantity), at: Price(price), time: Self.now)
  }

  @Test func aLongOpensGrowsAndCloses() throws {
    let opened = try applied(.flat, .buy, "2", "100").position
    #expect(opened.side == .long && opened.quantity.description == "2" && opened.totalCostQuote.description == "200")
    #expect(opened.entryTime == Self.now)
    let grown = try opened.applying(.buy, Quantity("1"), at: Price("130"), time: Timestamp(milliseconds: 9)).position
    #expect(grown.totalCostQuote.description == "330" && grown.entryTime == Self.now)
    #expect(grown.averagePrice?.description == "110")
    let closed = try applied(grown, .sell, "3", "120")
    #expect(closed.position == .flat && closed.realisedQuote.description == "30")
    #expect(PositionView.flat.averagePrice == nil)
  }

  @Test func aShortGainsWhenPricesFall() throws {
    let opened = try applied(.flat, .sell, "2", "100").position
    #expect(opened.side == .short && opened.totalCostQuote.description == "200")
    #expect(try opened.unrealisedQuote(at: Price("90")).description == "20")
    #expect(try opened.marketValueQuote(at: Price("90")).description == "-180")
    let half = try applied(opened, .buy, "1", "95")
    #expect(half.realisedQuote.description == "5" && half.position.side == .short)
    #expect(try applied(half.position, .buy, "1", "105").realisedQuote.description == "-5")
  }

  @Test func aLargerTradeFlipsThePosition() throws {
    let long = try applied(.flat, .buy, "2", "100").position
    let flipped = try long.applying(.sell, Quantity("5"), at: Price("110"), time: Timestamp(milliseconds: 77))
    #expect(flipped.realisedQuote.description == "20")
    #expect(flipped.position.side == .short && flipped.position.quantity.description == "3")
    #expect(flipped.position.totalCostQuote.description == "330")
    #expect(flipped.position.entryTime?.milliseconds == 77)
  }

  @Test func partialClosesLoseNothing() throws {
    for seed in UInt64(0)..<500 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      var position = PositionView.flat
      var cash = Money.zero
      var realised = Money.zero
      for _ in 0..<30 {
        let side: Side = random.below(2) == 0 ? .buy : .sell
        let quantity = Quantity(raw: 1 + Int64(random.below(5_000_000_000)))
        let price = Price(raw: 1 + Int64(random.below(100_000_000_000)))
        let value = price * quantity
        cash = side == .buy ? try cash.subtracting(value) : try cash.adding(value)
        let result = try position.applying(side, quantity, at: price, time: Self.now)
        position = result.position
        realised = try realised.adding(result.realisedQuote)
        // Cash and what is held at cost are what was realised, to the last unit.
        let held = position.side == .short ? position.totalCostQuote.negated : position.totalCostQuote
        #expect(try cash.adding(held) == realised, "seed \(seed)")
        #expect(!position.quantity.isNegative && !position.totalCostQuote.isNegative, "seed \(seed)")
        #expect((position.side == .flat) == position.quantity.isZero, "seed \(seed)")
      }
    }
  }

  @Test func unrealisedIsWhatClosingWouldRealise() throws {
    for seed in UInt64(0)..<200 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let side: Side = random.below(2) == 0 ? .buy : .sell
      let quantity = Quantity(raw: 1 + Int64(random.below(5_000_000_000)))
      let entry = Price(raw: 1 + Int64(random.below(100_000_000_000)))
      let exit = Price(raw: 1 + Int64(random.below(100_000_000_000)))
      let position = try PositionView.flat.applying(side, quantity, at: entry, time: Self.now).position
      let closed = try position.applying(side.opposite, quantity, at: exit, time: Self.now)
      #expect(position.unrealisedQuote(at: exit) == closed.realisedQuote, "seed \(seed)")
    }
    #expect(PositionView.flat.unrealisedQuote(at: .max) == .zero)
  }

  @Test func overflowIsAnErrorAndDamageTheWorst() throws {
    let large = try PositionView.flat.applying(.buy, .max, at: Price("1"), time: Self.now).position
    #expect(throws: DecimalError.overflow) {
      try large.applying(.buy, Quantity(raw: 1), at: Price("1"), time: Self.now)
    }
    let damaged = PositionView(side: .long, quantity: .max, totalCostQuote: Money(raw: .min), entryTime: nil)
    #expect(damaged.unrealisedQuote(at: .max) == Money(raw: .min))
  }

  @Test func positionsReadBack() throws {
    let position = try applied(.flat, .sell, "0.3", "0.1").position
    let data = try JSONEncoder().encode(position)
    #expect(try JSONDecoder().decode(PositionView.self, from: data) == position)
  }
}
