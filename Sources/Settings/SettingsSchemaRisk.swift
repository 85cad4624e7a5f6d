import Core

extension SettingsSchema {
  static let risk: [SettingsEntry] = riskSizes + riskLosses + riskMarket

  private static let riskSizes: [SettingsEntry] = [
    SettingsEntry(
      "risk", "max_order_notional_quote", \.risk.maxOrderNotionalQuote, .decimal("1", "1000000000000"),
      unit: "quote currency", "Largest value of one order."),
    SettingsEntry(
      "risk", "max_position_notional_quote", \.risk.maxPositionNotionalQuote, .decimal("1", "1000000000000"),
      unit: "quote currency", "Largest value of one position."),
    SettingsEntry(
      "risk", "max_gross_exposure_quote", \.risk.maxGrossExposureQuote, .decimal("1", "1000000000000"),
      unit: "quote currency", "Largest value of all positions and opening orders together."),
    SettingsEntry(
      "risk", "max_position_share", \.risk.maxPositionShare, .decimal("0.0001", "1"), unit: "share of equity",
      "Largest share of equity in one position."),
    SettingsEntry(
      "risk", "risk_per_trade", \.risk.riskPerTrade, .decimal("0.0001", "0.2"), unit: "share of equity",
      "Loss at the protective stop that a position is sized to."),
    SettingsEntry(
      "risk", "target_volatility", \.risk.targetVolatility, .decimal("0", "5"), unit: "per year",
      "Volatility that a position is sized to; 0: no such sizing."),
  ]

  private static let riskLosses: [SettingsEntry] = [
    SettingsEntry(
      "risk", "day_time_zone", \.risk.dayTimeZone, .choice(["market", "utc", "india", "new_york"]),
      "Zone in which the account's trading day begins at midnight; market: that of the first instrument."),
    SettingsEntry(
      "risk", "max_daily_loss", \.risk.maxDailyLoss, .decimal("0.0001", "1"), unit: "share of the day's first equity",
      "Loss that ends the trading day."),
    SettingsEntry(
      "risk", "max_drawdown", \.risk.maxDrawdown, .decimal("0.0001", "1"), unit: "share of the highest equity",
      "Fall from the highest equity that stops the bot."),
    SettingsEntry(
      "risk", "max_consecutive_losses", \.risk.maxConsecutiveLosses, .integer(1...1000), unit: "trades",
      "Losing trades in a row that begin a cool-down."),
    SettingsEntry(
      "risk", "cool_down_seconds", \.risk.coolDownSeconds, .integer(0...604_800), unit: "seconds",
      "Time without new positions after losses in a row."),
    SettingsEntry(
      "risk", "max_orders_per_minute", \.risk.maxOrdersPerMinute, .integer(1...100_000), unit: "orders",
      "Orders in any 60 seconds."),
    SettingsEntry(
      "risk", "max_repeated_executions", \.risk.maxRepeatedExecutions, .integer(1...10_000), unit: "executions",
      "Identical executions in a row after which a person must resume."),
  ]

  private static let riskMarket: [SettingsEntry] = [
    SettingsEntry(
      "risk", "price_collar", \.risk.priceCollar, .decimal("0.0001", "0.5"), unit: "share of the last price",
      "Largest distance of an order's price from the last price."),
    SettingsEntry(
      "risk", "max_spread", \.risk.maxSpread, .decimal("0.00001", "0.5"), unit: "share of the price",
      "Widest spread in which a position may be opened."),
    SettingsEntry(
      "risk", "max_volatility_rank", \.risk.maxVolatilityRank, .decimal("0", "1"), unit: "rank",
      "Highest rank of the present volatility among the past at which a position may be opened."),
    SettingsEntry(
      "risk", "max_data_age_millis", \.risk.maxDataAgeMillis, .integer(1...604_800_000), unit: "milliseconds",
      "Age of the newest data over which nothing is opened."),
    SettingsEntry(
      "risk", "max_clock_skew_millis", \.risk.maxClockSkewMillis, .integer(1...60_000), unit: "milliseconds",
      "Difference to the venue's clock over which nothing is opened."),
  ]
}
