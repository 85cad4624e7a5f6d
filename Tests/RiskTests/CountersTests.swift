import Core
import Foundation
import Risk
import Testing

/// What is remembered: days, peaks, streaks, repetitions, and all of it across a restart.
struct CountersTests {
  static let hour: Int64 = 3_600_000

  static func fill(
    _ side: Side, _ amount: String, at paid: String, fee: String = "0", id: ClientOrderID? = nil, trade: UInt64 = 1,
    time: Timestamp = noon
  ) -> Fill {
    Fill(
      tradeID: trade, clientID: id ?? ClientOrderID(sequence: 1, role: .flatten, attempt: UInt16(trade)),
      instrument: Scenario.id, side: side, quantity: quantity(amount), price: price(paid), feeQuote: money(fee),
      isMaker: false, time: time)
  }

  static func bar(_ close: String, hours: Int64) -> (Bar, Timestamp) {
    let time = noon.adding(milliseconds: hours * hour)
    return (Scenario.bar(Scenario.id, close: price(close), closeTime: time), time)
  }

  @Test func equityIsExact() {
    var stage = Scenario().with { $0.cash = money("1000") }.stage()
    stage.apply(
      Self.fill(.buy, "0.1", at: "3.3", fee: "0.00033"), position: .long("0.1", cost: "0.33"), realisedQuote: .zero)
    stage.apply(
      Self.fill(.buy, "0.2", at: "3.3", fee: "0.00066", trade: 2), position: .long("0.3", cost: "0.99"),
      realisedQuote: .zero)
    #expect(stage.cashQuote == money("999.00901"))
    let (bar, time) = Self.bar("3.3", hours: 1)
    stage.observe(bar, at: time)
    #expect(stage.equityQuote == money("999.99901"))
    #expect(stage.counters.realisedQuote == money("-0.00099"))
    stage.apply(
      Self.fill(.sell, "0.3", at: "3.4", trade: 3), position: .flat, realisedQuote: money("0.03"))
    #expect(stage.equityQuote == money("1000.02901"))
    #expect(stage.counters.realisedQuote == money("0.02901"))
  }

  @Test func shortsLoseWhenThePriceRises() {
    var stage = Scenario().stage()
    stage.apply(Self.fill(.sell, "10", at: "100"), position: .short("10", cost: "1000"), realisedQuote: .zero)
    #expect(stage.cashQuote == money("101000"))
    #expect(stage.equityQuote == money("100000"))
    let (bar, time) = Self.bar("110", hours: 1)
    stage.observe(bar, at: time)
    #expect(stage.equityQuote == money("99900"))
  }

  @Test func theNightsJumpCountsToTheNewDay() {
    var stage = Scenario().with { $0.position = .long("100", cost: "10000") }.stage()
    #expect(stage.equityQuote == money("110000"))
    let (bar, time) = Self.bar("60", hours: 13)
    stage.observe(bar, at: time)
    #expect(stage.counters.dayStartEquityQuote == money("110000"))
    #expect(stage.limitsLeft().first?.used == measure("4000"))
    // 3 % of 110,000 is 3,300.
    #expect(stage.latchRequest?.check == .dailyLoss)
    #expect(stage.latchRequest?.source == .lossLimit)
    #expect(stage.latchRequest?.level == .reduce)
  }

  @Test func theDayFollowsTheFirstInstrumentsZone() {
    let mumbai = TradingCalendar(
      name: "nse",
      session: .init(zone: .fixed(offsetMinutes: 330), openMinute: 555, closeMinute: 930, weekdays: [0, 1, 2, 3, 4]))
    var stage = Scenario().with { $0.calendar = mumbai }.stage()
    let day = stage.counters.tradingDay
    // 18:29 and 18:30 UTC: midnight in India.
    let late = noon.adding(milliseconds: 6 * Self.hour + 29 * 60_000)
    stage.observe(Scenario.bar(Scenario.id, close: price("100"), closeTime: late), at: late)
    #expect(stage.counters.tradingDay == day)
    let midnight = late.adding(milliseconds: 60_000)
    stage.observe(Scenario.bar(Scenario.id, close: price("100"), closeTime: midnight), at: midnight)
    #expect(stage.counters.tradingDay == day.map { $0 + 1 })
    // A clock that goes back brings no old day back.
    stage.observe(
      Scenario.bar(Scenario.id, close: price("101"), closeTime: midnight.adding(milliseconds: 1)), at: late)
    #expect(stage.counters.tradingDay == day.map { $0 + 1 })
  }

  @Test func lossLimitsAskForAStopOnce() {
    var stage = Scenario().with { $0.position = .long("1000", cost: "100000") }.stage()
    // Equity 200,000; the day may lose 6,000, the peak 30,000.
    for (step, (close, check)) in [
      ("94", nil), ("93.999999999", RiskCheck.dailyLoss), ("93", nil), ("70", nil), ("69.999999999", .drawdown),
      ("60", nil),
    ].enumerated() {
      let (bar, time) = Self.bar(close, hours: 0)
      stage.observe(
        Scenario.bar(bar.instrument, close: bar.close, closeTime: time.adding(milliseconds: Int64(step) + 1)), at: time)
      #expect(stage.latchRequest?.check == check, "step \(step)")
      let taken = stage.takeLatchRequest()
      #expect(taken?.check == check)
      #expect(stage.latchRequest == nil)
    }
    // A person resumes: the drawdown is measured anew, the day's loss stays.
    stage.resume(from: .lossLimit)
    let left = stage.limitsLeft()
    #expect(left[0].used == measure("40000"))
    #expect(left[1].used == .zero)
    #expect(stage.counters.isDailyLossTripped)
  }

  @Test func aLosingStreakCoolsDown() {
    var stage = Scenario().with { $0.limits.maxConsecutiveLosses = 2 }.stage()
    func trade(_ result: String, fee: String = "0", _ number: UInt64) {
      stage.apply(
        Self.fill(.buy, "1", at: "100", fee: fee, trade: number), position: .long("1", cost: "100"),
        realisedQuote: .zero)
      stage.apply(
        Self.fill(.sell, "1", at: "100", fee: fee, trade: number + 1), position: .flat, realisedQuote: money(result))
    }
    trade("-1", 1)
    trade("1", 3)
    #expect(stage.counters.consecutiveLosses == 0)
    // Fees make it a loss.
    trade("0.1", fee: "0.06", 5)
    trade("0", 7)
    #expect(stage.counters.consecutiveLosses == 1)
    #expect(stage.counters.coolDownUntil == nil)
    trade("-1", 9)
    #expect(stage.counters.consecutiveLosses == 2)
    #expect(stage.counters.coolDownUntil == noon.adding(milliseconds: 900_000))
    let scenario = Scenario()
    var verdict = stage.judge(scenario.decision, scenario.observation, now: noon, environment: .calm)
    #expect(verdict.skipReason == .veto(.consecutiveLosses))
    #expect(verdict.result(of: .coolDown)?.outcome == .veto)
    let end = noon.adding(milliseconds: 900_000)
    stage.observe(Scenario.bar(Scenario.other, close: price("50"), closeTime: end), at: end)
    verdict = stage.judge(scenario.decision, scenario.observation, now: noon, environment: .calm)
    #expect(verdict.order != nil)
  }

  @Test func aWrongTimeDoesNotMakeTheCoolDownLonger() {
    var stage = Scenario().with {
      $0.limits.maxConsecutiveLosses = 1
      $0.position = .long("1", cost: "100")
    }.stage()
    let fill = Self.fill(.sell, "1", at: "90", time: Timestamp(milliseconds: .max))
    stage.apply(fill, position: .flat, realisedQuote: money("-10"))
    #expect(stage.counters.coolDownUntil == Timestamp(milliseconds: .max))
    let (bar, time) = Self.bar("90", hours: 1)
    stage.observe(bar, at: time)
    #expect(stage.counters.coolDownUntil == time.adding(milliseconds: 900_000))
    let (next, end) = Self.bar("90", hours: 2)
    stage.observe(next, at: end)
    #expect(stage.counters.coolDownUntil == nil)
    #expect(stage.counters.consecutiveLosses == 0)
  }

  @Test func partialClosesAreOneTrade() {
    var stage = Scenario().stage()
    stage.apply(Self.fill(.buy, "2", at: "100"), position: .long("2", cost: "200"), realisedQuote: .zero)
    stage.apply(
      Self.fill(.sell, "1", at: "90", trade: 2), position: .long("1", cost: "100"), realisedQuote: money("-10"))
    #expect(stage.counters.consecutiveLosses == 0)
    stage.apply(Self.fill(.sell, "1", at: "115", trade: 3), position: .flat, realisedQuote: money("15"))
    #expect(stage.counters.consecutiveLosses == 0)
    #expect(stage.counters.realisedQuote == money("5"))
  }

  @Test func anEntryOnItsWayKeepsItsInstrument() throws {
    var (verdict, stage) = Scenario().judged()
    let id = try #require(verdict.order?.request.clientID)
    let again = Scenario().with { $0.sequence = 101 }
    verdict = stage.judge(again.decision, again.observation, now: noon, environment: .calm)
    #expect(verdict.skipReason == .veto(.legalAction))
    var forgotten = stage
    forgotten.forgetOrder(id)
    #expect(forgotten.judge(again.decision, again.observation, now: noon, environment: .calm).order != nil)
    stage.forgetOrders(except: [id])
    #expect(stage.judge(again.decision, again.observation, now: noon, environment: .calm).order == nil)
    stage.forgetOrders(except: [])
    #expect(stage.judge(again.decision, again.observation, now: noon, environment: .calm).order != nil)
  }

  @Test func theOrderRateIsAWindow() throws {
    var scenario = Scenario().with { $0.limits.maxOrdersPerMinute = 3 }
    var stage = scenario.stage()
    var approved: [Int64] = []
    for second in 0..<130 {
      scenario.sequence += 1
      scenario.ageMillis = 0
      let now = noon.adding(milliseconds: Int64(second) * 1000)
      scenario.limits.maxDataAgeMillis = 1_000_000
      var relaxed = scenario.environment
      relaxed.isVirtualTime = true
      var observation = scenario.observation
      observation.bar.openTime = now.adding(milliseconds: -Scenario.timeframe.milliseconds)
      var decision = scenario.decision
      decision.barClose = now
      let verdict = stage.judge(decision, observation, now: now, environment: relaxed)
      if let order = verdict.order {
        approved.append(Int64(second))
        stage.forgetOrder(order.request.clientID)
      } else {
        #expect(verdict.skipReason == .veto(.orderRate))
      }
    }
    #expect(approved == [0, 1, 2, 60, 61, 62, 120, 121, 122])
    #expect(stage.counters.orderTimes.count <= 3)
  }

  @Test func theThrottleStopsUntilAPersonResumes() throws {
    var scenario = Scenario().with { $0.limits.maxRepeatedExecutions = 3 }
    var stage = scenario.stage()
    func next() -> Verdict {
      scenario.sequence += 1
      let verdict = stage.judge(scenario.decision, scenario.observation, now: noon, environment: .calm)
      if let order = verdict.order { stage.forgetOrder(order.request.clientID) }
      return verdict
    }
    for _ in 0..<3 {
      let verdict = next()
      #expect(verdict.order != nil)
    }
    #expect(stage.latchRequest == nil)
    var verdict = next()
    #expect(verdict.skipReason == .veto(.repeatedExecution))
    #expect(stage.latchRequest?.level == .stop)
    let taken = stage.takeLatchRequest()
    #expect(taken?.source == .throttle)
    // The other side does not lift it, nor does a new day.
    scenario.action = .sellShort
    verdict = next()
    #expect(verdict.skipReason == .veto(.repeatedExecution))
    #expect(stage.latchRequest == nil)
    stage.resume(from: .file)
    verdict = next()
    #expect(verdict.order == nil)
    stage.resume(from: .throttle)
    verdict = next()
    #expect(verdict.order != nil)
  }

  @Test func aFillOfTheOtherSideEndsARow() throws {
    var stage = Scenario().stage()
    let (verdict, after) = Scenario().judged()
    stage = after
    let id = try #require(verdict.order?.request.clientID)
    #expect(stage.counters.instruments[0].repeatedCount == 1)
    // Parts of one order are one execution.
    for trade in 1...5 {
      stage.apply(
        Self.fill(.buy, "1", at: "100", id: id, trade: UInt64(trade)), position: .long("\(trade)", cost: "\(trade)00"),
        realisedQuote: .zero)
    }
    #expect(stage.counters.instruments[0].repeatedCount == 1)
    stage.apply(Self.fill(.sell, "5", at: "100", trade: 6), position: .flat, realisedQuote: .zero)
    #expect(stage.counters.instruments[0].repeatedSide == .sell)
    #expect(stage.counters.instruments[0].repeatedCount == 1)
  }

  @Test func impossibleEventsCloseTheDoor() {
    let impossible: [(inout RiskStage) -> Void] = [
      { $0.apply(Self.fill(.buy, "0", at: "100"), position: .flat, realisedQuote: .zero) },
      { $0.apply(Self.fill(.buy, "1", at: "0"), position: .long("1", cost: "0"), realisedQuote: .zero) },
      {
        let broken = PositionView(side: .long, quantity: .zero, totalCostQuote: .zero, entryTime: nil)
        $0.apply(Self.fill(.buy, "1", at: "1"), position: broken, realisedQuote: .zero)
      },
      {
        let fill = Self.fill(.buy, "1", at: "1", fee: "1")
        $0.apply(fill, position: .long("1", cost: "1"), realisedQuote: Money(raw: .min))
      },
    ]
    for (index, event) in impossible.enumerated() {
      var stage = Scenario().stage()
      event(&stage)
      #expect(!stage.counters.isAccountKnown, "event \(index)")
      let verdict = stage.judge(Scenario().decision, Scenario().observation, now: noon, environment: .calm)
      #expect(verdict.order == nil)
      stage.restore(positions: [.flat, .flat], cashQuote: money("100000"))
      #expect(stage.counters.isAccountKnown)
      let after = stage.judge(Scenario().decision, Scenario().observation, now: noon, environment: .calm)
      #expect(after.order != nil, "event \(index): \(String(describing: after.skipReason))")
    }
  }

  @Test func oldBarsChangeNothing() {
    var stage = Scenario().with { $0.position = .long("100", cost: "10000") }.stage()
    let before = stage.counters
    let (bar, time) = Self.bar("1", hours: -5)
    stage.observe(bar, at: time)
    let (same, now) = Self.bar("1", hours: 0)
    stage.observe(same, at: now)
    #expect(stage.counters == before)
    #expect(stage.equityQuote == money("110000"))
  }
}
