import Agent
import Core
import Testing

/// Observations with nothing but a close and a position.
private func seen(_ close: Int64, bar: Int64, side: PositionSide, isShortable: Bool = true, isSquareOff: Bool = false)
  -> Observation
{
  let price = Price(raw: close * Price.unit)
  let id = InstrumentID(index: 0)
  return Observation(
    instrument: id, timeframe: .oneHour,
    bar: Bar(
      instrument: id, timeframe: .oneHour, openTime: Timestamp(milliseconds: bar * 3_600_000), open: price, high: price,
      low: price, close: price, volume: .zero), barCount: Int(bar) + 1, window: [], context: [], complexity: nil,
    quality: [],
    position: PositionView(side: side, quantity: .zero, totalCostQuote: .zero, entryTime: nil),
    isShortable: isShortable, averageTrueRange: nil, volatilityPerBar: nil, volatilityRank: nil, quote: nil,
    isSquareOff: isSquareOff)
}

private func action(_ policy: inout some Policy, _ observation: Observation) -> Action? {
  policy.observe(observation)
  let holds = policy.holds(observation)
  guard case .wish(let wish) = policy.decide(observation) else { return nil }
  if holds { #expect(wish.action == .hold, "what holds without being asked would hold") }
  return wish.action
}

@Suite("Rules that reports are compared with")
struct RulePolicyTests {
  @Test func momentumFollowsTheSign() throws {
    var policy = try MomentumPolicy(lookback: 2)
    #expect(action(&policy, seen(10, bar: 0, side: .flat)) == .hold)
    #expect(action(&policy, seen(11, bar: 1, side: .flat)) == .hold)
    #expect(action(&policy, seen(12, bar: 2, side: .flat)) == .buyLong)
    #expect(action(&policy, seen(10, bar: 3, side: .long)) == .closeLong)
    #expect(action(&policy, seen(9, bar: 4, side: .flat)) == .sellShort)
    #expect(action(&policy, seen(10, bar: 5, side: .short)) == .hold, "an equal close keeps the target")
    var spot = try MomentumPolicy(lookback: 1)
    _ = action(&spot, seen(10, bar: 0, side: .flat, isShortable: false))
    #expect(action(&spot, seen(9, bar: 1, side: .flat, isShortable: false)) == .hold)
  }

  @Test func buyAndHoldBuysOnce() {
    var policy = BuyAndHoldPolicy()
    #expect(action(&policy, seen(10, bar: 0, side: .flat)) == .buyLong)
    #expect(action(&policy, seen(5, bar: 1, side: .long)) == .hold)
  }

  @Test func chanceDependsOnTheMomentAlone() throws {
    var first = try RandomPolicy(seed: 4, openProbability: 0.5, closeProbability: 0.5)
    var second = try RandomPolicy(seed: 4, openProbability: 0.5, closeProbability: 0.5)
    var opened = 0
    for bar in 0..<2000 {
      let one = action(&first, seen(10, bar: Int64(bar), side: .flat))
      if bar % 3 == 0 { #expect(action(&second, seen(99, bar: Int64(bar), side: .flat)) == one) }
      if one != .hold { opened += 1 }
    }
    #expect((900...1100).contains(opened))
    #expect(throws: PolicyError.self) { try RandomPolicy(seed: 1, openProbability: 1.5) }
  }

  @Test func aMarketsClosingTimeComesBeforeThePolicy() throws {
    for side in [PositionSide.long, .short, .flat] {
      var stage = try AgentStage(
        policies: [("rule", BuyAndHoldPolicy()), ("flat", FlatPolicy())], inCharge: "rule", fallback: "flat",
        fallbackMayOpen: false)
      let observation = seen(10, bar: 1, side: side, isSquareOff: true)
      guard case .decision(let decision) = stage.receive(observation, ticket: 1) else {
        Issue.record("no decision")
        return
      }
      #expect(decision.action == (side == .long ? .closeLong : side == .short ? .closeShort : .buyLong))
      #expect(decision.note == (side == .flat ? nil : "square_off"))
    }
  }
}
