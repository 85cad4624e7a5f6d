import Core
import Exchange
import Settings

/// What is traded in a simulated world: markets in three time zones, one of which can be sold short.
enum SimulatedInstruments {
  /// One to three instruments, by the seed. The first gives the account its trading day.
  static func table(seed: UInt64) -> InstrumentTable {
    let zones: [TradingCalendar] = [
      roundTheClock("india", .fixed(offsetMinutes: 330)), roundTheClock("new-york", .newYork), .alwaysOpen,
    ]
    return InstrumentTable(
      (0..<Int(1 + seed % 3)).map { index in
        Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: "SIM-\(index)", venue: "simulated",
          kind: index == 1 ? .cryptoPerpetual : .cryptoSpot, isShortable: index == 1,
          calendar: zones[(Int(seed) + index) % 3], rules: [rules(index)],
          feeAsset: index == 0 && seed % 2 == 0 ? .base : .quote)
      })
  }

  private static func rules(_ index: Int) -> InstrumentRules {
    InstrumentRules(
      effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: 10_000_000),
      lot: Quantity(raw: index == 2 ? 100_000_000 : 1_000_000),
      minimumQuantity: Quantity(raw: index == 2 ? 100_000_000 : 1_000_000),
      minimumNotionalQuote: Money(raw: 10 * Money.unit), makerFee: Rate(basisPoints: 5), takerFee: Rate(basisPoints: 10)
    )
  }

  /// Open at all hours of all days, with the trading day of a time zone.
  private static func roundTheClock(_ name: String, _ zone: TimeZoneRule) -> TradingCalendar {
    TradingCalendar(
      name: name,
      session: .init(zone: zone, openMinute: 0, closeMinute: 1440, weekdays: Set(0...6)))
  }

  static func startPrices(_ instruments: InstrumentTable) -> [Price] {
    let prices: [Int64] = [30_000, 2_000, 50]
    return instruments.instruments.indices.map { Price(raw: prices[$0] * Price.unit) }
  }

  /// Limits that bind now and then, so that what they forbid is tried.
  static func settings() -> BotSettings {
    var settings = BotSettings()
    settings.risk.maxGrossExposureQuote = Money(raw: 40_000 * Money.unit)
    settings.risk.maxRepeatedExecutions = 200
    settings.risk.maxDailyLoss = Rate(basisPoints: 100)
    settings.risk.maxDrawdown = Rate(basisPoints: 500)
    settings.policy.deadlineMillis = 40
    settings.execution.takeProfitATR = Rate(raw: 4_000_000_000)
    return settings
  }

  /// Whether the venue of a seed takes pairs of orders of which one ends the other: every second one, by draws of its own.
  static func hasPairs(seed: UInt64) -> Bool {
    var random = CounterRandom(seed: seed, purpose: .simulationVenue)
    return random.below(2) == 1
  }

  /// `isThin`: no order may be more than a small share of a bar's volume, so that large ones fill in parts.
  static func exchange(_ instruments: InstrumentTable, _ settings: BotSettings, isThin: Bool) -> PaperExchange {
    PaperExchange(
      instruments: instruments, cashQuote: settings.paper.cashQuote,
      costs: PaperCosts(
        spread: settings.paper.spread, slippage: settings.paper.slippage,
        maximumVolumeShare: isThin ? Rate(basisPoints: 300) : nil),
      limits: PaperLimits(openOrders: 256, recentFills: 4096, endedOrders: 4096))
  }
}
