import Core

/// The limits of the risk veto. A negative limit allows nothing.
public struct RiskLimits: Sendable, Equatable {
  /// Largest value of one order, in quote currency.
  public var maxOrderNotionalQuote = Money(raw: 25_000 * Money.unit)
  /// Largest value of one position, in quote currency.
  public var maxPositionNotionalQuote = Money(raw: 25_000 * Money.unit)
  /// Largest value of all positions, longs and shorts added up, with open and unknown orders, in quote currency.
  public var maxGrossExposureQuote = Money(raw: 100_000 * Money.unit)
  /// Share of equity one position may have.
  public var maxPositionShare = Rate(basisPoints: 2_500)
  /// Share of equity a position may lose at its protective stop.
  public var riskPerTrade = Rate(basisPoints: 100)
  /// Annual volatility that a position is sized to; zero: no such sizing.
  public var targetVolatility = Rate(basisPoints: 4_000)
  /// Loss since the start of the trading day, as a share of its first equity, that stops the day.
  public var maxDailyLoss = Rate(basisPoints: 300)
  /// Fall from the equity peak, as a share of it, that stops the bot.
  public var maxDrawdown = Rate(basisPoints: 1_500)
  /// Losing trades in a row that start the cool-down.
  public var maxConsecutiveLosses = 8
  /// Length of the cool-down after a losing streak, in seconds.
  public var coolDownSeconds = 900
  /// Approved orders in any 60 seconds. At most `RiskCounters.orderTimesCapacity` are counted.
  public var maxOrdersPerMinute = 30
  /// Executions on one side of one instrument in a row after which orders stop until a person resumes.
  public var maxRepeatedExecutions = 20
  /// Distance of an order's price from the last price and from the mid price, as a share of them.
  public var priceCollar = Rate(basisPoints: 100)
  /// Widest spread, as a share of the mid price.
  public var maxSpread = Rate(basisPoints: 50)
  /// Highest volatility rank (0 to 1) at which a position may be opened.
  public var maxVolatilityRank = Rate(basisPoints: 9_900)
  /// Age of the newest data, in milliseconds, over which nothing is opened.
  public var maxDataAgeMillis = 5_000
  /// Largest distance of the local clock from the venue's, in milliseconds.
  public var maxClockSkewMillis = 2_000
  /// Lowest probability of the chosen action at which a network may open a position.
  public var minimumConfidence = Rate.zero
  /// Distance of the protective stop in average true ranges; zero: no stop.
  public var stopATR = Rate(raw: 3_000_000_000)
  /// Distance of the take-profit order in average true ranges; zero: none.
  public var takeProfitATR = Rate.zero
  /// Whether a missing quote is a veto: for venues whose feed has quotes.
  public var requiresQuote = false

  /// Whether an opening needs warm indicators, volatility among them. False only in a backtest without limits, where
  /// nothing looks at them.
  public var needsIndicators = true

  /// Zone of the account's trading day; nil: that of the first instrument's market. The account has one equity and so
  /// one day, whatever the markets of its instruments; their own sessions are a matter of their calendars.
  public var dayZone: TimeZoneRule?

  /// The defaults.
  public init() {}
}

extension Timeframe {
  /// Factor from a volatility per bar to one per year: the square root of the bars in a year of 365 days, or of the
  /// session hours of a market that closes.
  func annualisation(of calendar: TradingCalendar) -> Double {
    let day = Double(Timeframe.oneDay.milliseconds)
    guard let session = calendar.session else { return (365 * day / Double(milliseconds)).squareRoot() }
    let minutes = session.closeMinute - session.openMinute
    let open = Double(minutes > 0 ? minutes : minutes + 1440) * 60_000
    // A bar at least as long as the session holds whole days.
    let perDay = Double(milliseconds) < open ? open / Double(milliseconds) : min(1, day / Double(milliseconds))
    return (365.0 / 7 * Double(session.weekdays.count) * perDay).squareRoot()
  }
}
