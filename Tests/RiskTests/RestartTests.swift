import Core
import Foundation
import Risk
import Testing

struct RestartTests {
  static func stage(_ counters: RiskCounters?, cash: String = "100000") -> RiskStage {
    RiskStage(
      instruments: Scenario().instruments, timeframe: Scenario.timeframe, limits: RiskLimits(), cashQuote: money(cash),
      counters: counters)
  }

  private static func judge(_ stage: inout RiskStage) -> Verdict {
    let scenario = Scenario()
    return stage.judge(scenario.decision, scenario.observation, now: noon, environment: .calm)
  }

  @Test func aFirstStartWithAFlatAccountTrades() {
    var stage = Self.stage(nil)
    stage.restore(positions: [.flat, .flat], cashQuote: money("5000"))
    stage.observe(Scenario.bar(Scenario.id, close: price("100")), at: noon)
    #expect(stage.counters.equityPeakQuote == money("5000"))
    #expect(Self.judge(&stage).order != nil)
    #expect(stage.latchRequest == nil)
  }

  @Test func positionsWithoutCountersWaitForAPerson() throws {
    var stage = Self.stage(nil)
    stage.restore(positions: [.flat, .long("10", cost: "500")], cashQuote: money("5000"))
    stage.observe(Scenario.bar(Scenario.id, close: price("100")), at: noon)
    let verdict = Self.judge(&stage)
    #expect(verdict.skipReason == .veto(.dailyLoss))
    #expect(verdict.result(of: .drawdown)?.outcome == .veto)
    #expect(stage.limitsLeft().first?.used == nil)
    let taken = stage.takeLatchRequest()
    let request = try #require(taken)
    #expect(request.level == .reduce)
    #expect(request.source == .lossLimit)
    // A new day alone does not bring the history back.
    let tomorrow = noon.adding(milliseconds: 86_400_000)
    stage.observe(Scenario.bar(Scenario.id, close: price("100"), closeTime: tomorrow), at: tomorrow)
    #expect(!stage.counters.isDayStartKnown)
    stage.resume(from: .lossLimit)
    #expect(Self.judge(&stage).order != nil)
  }

  @Test func contradictoryCountersWaitForAPerson() throws {
    var counters = Scenario().stage().counters
    counters.instruments.removeLast()
    var stage = Self.stage(counters)
    stage.restore(positions: [.flat, .flat], cashQuote: money("100000"))
    stage.observe(Scenario.bar(Scenario.id, close: price("100")), at: noon)
    #expect(Self.judge(&stage).order == nil)
    #expect(stage.latchRequest != nil)
  }

  @Test func countersFollowTheirSymbols() throws {
    let saved = Scenario().with { $0.otherPosition = .long("100", cost: "5000") }.stage().counters
    let rules = Scenario().rules
    let table = InstrumentTable(
      ["B", "C"].enumerated().map {
        Instrument(
          id: InstrumentID(index: UInt16($0.offset)), symbol: $0.element, venue: "test", kind: .equity,
          isShortable: false, calendar: .alwaysOpen, rules: [rules])
      })
    let stage = RiskStage(
      instruments: table, timeframe: Scenario.timeframe, limits: RiskLimits(), cashQuote: money("1000"),
      counters: saved)
    #expect(stage.counters.instruments[0].position.quantity == quantity("100"))
    #expect(stage.counters.instruments[1].position == .flat)
    #expect(stage.equityQuote == money("6000"))
  }

  @Test func aStopAskedForSurvivesUntilItIsTaken() throws {
    var stage = Scenario().with { $0.position = .long("1000", cost: "100000") }.stage()
    let later = noon.adding(milliseconds: 1)
    stage.observe(Scenario.bar(Scenario.id, close: price("90"), closeTime: later), at: later)
    let saved = try JSONDecoder().decode(RiskCounters.self, from: JSONEncoder().encode(stage.counters))
    var restarted = Self.stage(saved)
    #expect(restarted.latchRequest == stage.latchRequest)
    let first = restarted.takeLatchRequest()
    let second = restarted.takeLatchRequest()
    #expect(first?.check == .dailyLoss)
    #expect(second == nil)
  }
}
