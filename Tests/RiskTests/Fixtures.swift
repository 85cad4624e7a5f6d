import Core
import Risk

func money(_ text: String) -> Money { try! Money(text) }
func price(_ text: String) -> Price { try! Price(text) }
func quantity(_ text: String) -> Quantity { try! Quantity(text) }
func rate(_ text: String) -> Rate { try! Rate(text) }
func measure(_ text: String) -> Measure { try! Measure(text) }

/// Noon of 2024-03-01 UTC, a Friday.
let noon = Timestamp(milliseconds: 1_709_294_400_000)
let smallestMoney = Money(raw: 1)

extension Money {
  static func + (left: Money, right: Money) -> Money { Money(raw: left.raw + right.raw) }
  static func - (left: Money, right: Money) -> Money { Money(raw: left.raw - right.raw) }
}

extension Verdict {
  func result(of check: RiskCheck) -> CheckResult? { checks.first { $0.check == check } }
}

extension RiskEnvironment {
  static let calm = RiskEnvironment(
    tradingState: .active, latchLevel: nil, isJournalHealthy: true, isVenueReady: true, unknownOrders: 0,
    openOrders: 0, reservedQuote: .zero, clockSkewMillis: 0)
}

extension PositionView {
  static func long(_ amount: String, cost: String) -> PositionView {
    PositionView(side: .long, quantity: try! Quantity(amount), totalCostQuote: money(cost), entryTime: noon)
  }
  static func short(_ amount: String, cost: String) -> PositionView {
    PositionView(side: .short, quantity: try! Quantity(amount), totalCostQuote: money(cost), entryTime: noon)
  }
}

/// Everything a judgement depends on, calm by default: a long of 0.001 or more is approved. One field changed is one
/// case. Two instruments: the one decided on, and another one at price 50.
struct Scenario: Sendable {
  var limits = RiskLimits()
  var rules = InstrumentRules(
    effectiveFrom: Timestamp(milliseconds: 0), tick: price("0.01"), lot: quantity("0.001"),
    minimumQuantity: quantity("0.001"), minimumNotionalQuote: money("0.1"), makerFee: rate("0.001"),
    takerFee: rate("0.001"))
  var calendar = TradingCalendar.alwaysOpen
  var isShortable = true
  var cash = money("100000")
  var dayStartEquity: Money?
  var equityPeak: Money?
  var position = PositionView.flat
  var otherPosition = PositionView.flat
  var lastClose: Price? = price("100")
  var action = Action.buyLong
  var fraction = Rate.one
  var sequence: UInt64 = 100
  var reading: NetworkReading?
  var environment = RiskEnvironment.calm
  /// Judgement's distance from the bar's close.
  var ageMillis: Int64 = 0
  var close = price("100")
  var quality: QualityFlags = []
  var averageTrueRange: Price? = price("1")
  var volatilityPerBar: Double? = 0.0001
  var volatilityRank: Double? = 0.5
  var quote: Quote?
  var touch: @Sendable (inout RiskCounters) -> Void = { _ in }

  static let timeframe = Timeframe.oneHour
  static let id = InstrumentID(index: 0)
  static let other = InstrumentID(index: 1)

  var now: Timestamp { noon.adding(milliseconds: ageMillis) }

  static func bar(_ id: InstrumentID, close: Price, closeTime: Timestamp = noon) -> Bar {
    Bar(
      instrument: id, timeframe: timeframe, openTime: closeTime.adding(milliseconds: -timeframe.milliseconds),
      open: close, high: close, low: close, close: close, volume: Measure(1))
  }

  var instruments: InstrumentTable {
    InstrumentTable(
      [("A", Self.id), ("B", Self.other)].map {
        Instrument(
          id: $0.1, symbol: $0.0, venue: "test", kind: .cryptoSpot, isShortable: isShortable, calendar: calendar,
          rules: [rules])
      })
  }

  func stage() -> RiskStage {
    var fresh = RiskStage(
      instruments: instruments, timeframe: Self.timeframe, limits: limits, cashQuote: cash, counters: nil)
    fresh.observe(Self.bar(Self.other, close: price("50")), at: noon)
    if let lastClose { fresh.observe(Self.bar(Self.id, close: lastClose), at: noon) }
    var counters = fresh.counters
    counters.instruments[0].position = position
    counters.instruments[1].position = otherPosition
    var stage = RiskStage(
      instruments: instruments, timeframe: Self.timeframe, limits: limits, cashQuote: cash, counters: counters)
    counters.dayStartEquityQuote = dayStartEquity ?? stage.equityQuote
    counters.equityPeakQuote = equityPeak ?? stage.equityQuote
    touch(&counters)
    stage = RiskStage(
      instruments: instruments, timeframe: Self.timeframe, limits: limits, cashQuote: cash, counters: counters)
    return stage
  }

  var observation: Observation {
    Observation(
      instrument: Self.id, timeframe: Self.timeframe, bar: Self.bar(Self.id, close: close), barCount: 300, window: [],
      context: [], complexity: nil, quality: quality, position: position, isShortable: isShortable,
      averageTrueRange: averageTrueRange, volatilityPerBar: volatilityPerBar, volatilityRank: volatilityRank,
      quote: quote)
  }

  var decision: Decision {
    Decision(
      sequence: sequence, instrument: Self.id, timeframe: Self.timeframe, barClose: noon,
      policy: PolicyIdentity(name: "test", sha256: "", isUntrained: false), role: .production, fallbackReason: nil,
      legalMask: observation.legalMask, action: action, quantityFraction: fraction, reading: reading, note: nil)
  }

  func judged() -> (verdict: Verdict, stage: RiskStage) {
    var stage = stage()
    let verdict = stage.judge(decision, observation, now: now, environment: environment)
    return (verdict, stage)
  }

  func judge() -> Verdict { judged().verdict }

  func with(_ change: (inout Scenario) -> Void) -> Scenario {
    var changed = self
    change(&changed)
    return changed
  }

  static func reading(_ probability: Float, of action: Action = .buyLong, segments: Int = 2) -> NetworkReading {
    var probabilities = [Float](repeating: 0, count: Action.count)
    probabilities[Int(action.rawValue)] = probability
    return NetworkReading(
      logits: probabilities, probabilities: probabilities, value: 0, qHalt: 0, qContinue: 0, segments: segments,
      haltReason: segments == 0 ? .deadline : .q, actionPerSegment: [], residualH: 0, residualL: 0)
  }

  static func quote(bid: String, ask: String, at time: Timestamp = noon) -> Quote {
    Quote(instrument: id, time: time, bid: price(bid), ask: price(ask))
  }
}
