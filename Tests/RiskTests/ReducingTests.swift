import Core
import Risk
import Testing

/// Nothing but a halt, an illegal wish, a mad quote or a missing venue holds anybody in a position.
struct ReducingTests {
  static let long = Scenario().with {
    $0.position = .long("1.5", cost: "150")
    $0.action = .closeLong
  }
  static let short = Scenario().with {
    $0.position = .short("1.5", cost: "150")
    $0.action = .closeShort
  }

  @Test func closesTheWholePositionWhateverTheFraction() throws {
    for fraction in ["1", "0.3", "0", "7"] {
      let sold = Self.long.with { $0.fraction = rate(fraction) }.judge()
      let order = try #require(sold.order)
      #expect(order.request.quantity == quantity("1.5"))
      #expect(order.request.side == .sell)
      #expect(order.request.isReduceOnly)
      #expect(order.request.clientID == ClientOrderID(sequence: 100, role: .exit))
      #expect(order.collar == price("99"))
      #expect(order.stopDistance == nil)
      let bought = try #require(Self.short.with { $0.fraction = rate(fraction) }.judge().order)
      #expect(bought.request.quantity == quantity("1.5"))
      #expect(bought.request.side == .buy)
      #expect(bought.collar == price("101"))
    }
  }

  static let troubles: [@Sendable (inout Scenario) -> Void] = [
    { $0.environment.tradingState = .reducing }, { $0.environment.latchLevel = .reduce }, { $0.ageMillis = 86_400_000 },
    { $0.quality = [.gap, .warmingUp, .nonFinite] }, { $0.averageTrueRange = nil }, { $0.volatilityPerBar = .nan },
    { $0.volatilityRank = 1 }, { $0.volatilityRank = nil }, { $0.dayStartEquity = money("999999") },
    { $0.equityPeak = money("999999") }, { $0.environment.unknownOrders = 3 },
    { $0.environment.isJournalHealthy = false }, { $0.environment.clockSkewMillis = nil },
    { $0.environment.reservedQuote = money("999999") }, { $0.reading = Scenario.reading(.nan) },
    { $0.calendar = BoundaryTests.session(squareOff: 600) },
    { $0.rules = $0.rules.with(effectiveFrom: noon.adding(milliseconds: 1)) },
    { $0.close = .zero }, { $0.quote = Scenario.quote(bid: "0", ask: "0") },
    { $0.quote = Scenario.quote(bid: "50", ask: "50", at: noon.adding(milliseconds: -5_001)) },
    { scenario in scenario.touch = { $0.consecutiveLosses = 50 } },
    { scenario in scenario.touch = { $0.coolDownUntil = Timestamp(milliseconds: .max) } },
    { scenario in scenario.touch = { $0.orderTimes = Array(repeating: noon, count: 4_000) } },
    { scenario in scenario.touch = { $0.isAccountKnown = false } },
    { scenario in scenario.touch = { $0.isPeakKnown = false } },
    { $0.limits.maxOrderNotionalQuote = .zero }, { $0.cash = money("-5000") },
    {
      $0.rules = $0.rules.with(tick: "5")
      $0.lastClose = price("102")
    },
  ]

  @Test func isNeverBlockedByStaleDataLossesOrVolatility() {
    for (index, trouble) in Self.troubles.enumerated() {
      for scenario in [Self.long, Self.short] {
        let verdict = scenario.with(trouble).judge()
        #expect(verdict.order?.request.quantity == quantity("1.5"), "trouble \(index): \(verdict)")
        #expect(verdict.finalAction == scenario.action)
      }
    }
  }

  static let walls: [(@Sendable (inout Scenario) -> Void, SkipReason)] = [
    ({ $0.environment.tradingState = .halted }, .veto(.tradingState)),
    ({ $0.environment.latchLevel = .stop }, .veto(.stopLatch)),
    ({ $0.environment.latchLevel = .flatten }, .veto(.stopLatch)),
    ({ $0.environment.isVenueReady = false }, .veto(.venueReady)),
    ({ $0.action = $0.action == .closeLong ? .closeShort : .closeLong }, .veto(.legalAction)),
    ({ $0.position = .flat }, .veto(.legalAction)),
    ({ $0.quote = Scenario.quote(bid: "98.9", ask: "98.9") }, .veto(.priceCollar)),
    ({ scenario in scenario.touch = { $0.lastSequence = 100 } }, .veto(.repeatedExecution)),
    // What is too small to be sold counts as nothing held.
    ({ $0.rules = $0.rules.with(minimum: "1.501") }, .veto(.legalAction)),
  ]

  @Test func isBlockedByAHaltAnIllegalWishAndAMissingVenue() {
    for (index, (wall, reason)) in Self.walls.enumerated() {
      for scenario in [Self.long, Self.short] {
        let verdict = scenario.with(wall).judge()
        #expect(verdict.order == nil, "wall \(index)")
        #expect(verdict.skipReason == reason, "wall \(index)")
        #expect(verdict.finalQuantity.isZero)
      }
    }
  }

  @Test func haltedBlocksEveryAction() {
    for action in Action.allCases {
      for position in [PositionView.flat, Self.long.position, Self.short.position] {
        let verdict = Scenario().with {
          $0.action = action
          $0.position = position
          $0.environment.tradingState = .halted
        }.judge()
        #expect(verdict.order == nil)
        #expect(verdict.finalAction == .hold)
      }
    }
  }

  @Test func recordsOnlyItsOwnChecks() {
    #expect(
      Self.long.judge().checks.map(\.check) == [
        .tradingState, .stopLatch, .legalAction, .priceCollar, .orderQuantity, .lotAndTick, .repeatedExecution,
        .venueReady,
      ])
  }

  @Test func neverClosesMoreThanIsHeldWhileAnEarlierCloseIsOpen() throws {
    var (first, stage) = Self.long.judged()
    let id = try #require(first.order?.request.clientID)
    let again = Self.long.with { $0.sequence = 101 }
    #expect(stage.judge(again.decision, again.observation, now: noon, environment: .calm).order == nil)
    let part = Fill(
      tradeID: 1, clientID: id, instrument: Scenario.id, side: .sell, quantity: quantity("0.5"), price: price("100"),
      feeQuote: .zero, isMaker: false, time: noon)
    stage.apply(part, position: .long("1", cost: "100"), realisedQuote: .zero)
    // One is held, one is still on its way out.
    #expect(stage.judge(again.decision, again.observation, now: noon, environment: .calm).order == nil)
    stage.forgetOrder(id)
    first = stage.judge(again.decision, again.observation, now: noon, environment: .calm)
    #expect(first.order?.request.quantity == quantity("1"))
  }

  @Test func dustBelowALotStays() {
    let verdict = Self.long.with { $0.position = .long("1.5004", cost: "150.04") }.judge()
    #expect(verdict.finalQuantity == quantity("1.5"))
    let onlyDust = Self.long.with { $0.position = .long("0.0004", cost: "0.04") }.judge()
    #expect(onlyDust.skipReason == .veto(.legalAction), "dust counts as nothing held")
  }
}
