import ArgumentParser
import Backtest
import Bot
import Core
import Foundation
import Settings

/// What a backtest is made of, as options.
struct BacktestOptions: ParsableArguments {
  @OptionGroup var catalog: CatalogOptions
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Recorded bars: files (CSV or CSV.gz), directories of them, or queries of the catalog such as BTCUSDT:1h; one series an instrument.",
      valueName: "file|dir|query"))
  var data: [String] = []
  @Option(help: "Bar length, for example 5m, 1h, 1d. Default: the files' own.")
  var timeframe: String?
  @Option(help: "Policy: sma-cross, momentum, buy-and-hold, random, linear, flat, hrm or mlp. Default: the settings'.")
  var policy: String?
  @Option(help: "Bars of the fast mean of sma-cross.") var fast: Int = 10
  @Option(help: "Bars of the slow mean of sma-cross.") var slow: Int = 50
  @Option(help: "Bars that momentum looks back.") var lookback: Int = 168
  @Option(help: "Seed of random, of missed fills and of sampled checks.") var seed: UInt64 = 1
  @Option(help: ArgumentHelp("First day that is traded, in UTC; bars before it are history.", valueName: "date"))
  var from: String?
  @Option(help: ArgumentHelp("First day that is not traded any more, in UTC.", valueName: "date"))
  var to: String?
  @Option(help: "Cash at the start, in quote currency. Default: paper.cash_quote.") var cash: String?
  @Option(help: "Fee of every fill, in basis points. Default: the instruments' own.") var feeBps: String?
  @Option(help: "All other costs of a market order, in basis points. Default: paper.spread and paper.slippage.")
  var slippageBps: String?
  @Option(help: "Value of each entry, in quote currency, in place of sizing by risk.") var notional: String?
  @Option(help: "Share of equity that a trade may lose at its stop. Default: risk.risk_per_trade.") var risk: String?
  @Option(
    help: ArgumentHelp(
      "settings, or none: without limits on drawdown, losses, sizes and rates.", valueName: "settings|none"))
  var limits: String = "settings"
  @Flag(help: "Resume after a stop for a day's loss when the day is over. On paper only a person does.")
  var resumeNextDay = false
  @Flag(help: "One JSON object on standard output.") var json = false

  mutating func validate() throws {
    if data.isEmpty { throw ValidationError("--data: name at least one file or directory of bars") }
    if let timeframe, Timeframe(timeframe) == nil {
      throw ValidationError("--timeframe \(timeframe): write a length such as 1m, 5m, 1h or 1d")
    }
    guard ["settings", "none"].contains(limits) else {
      throw ValidationError("--limits \(limits): write settings or none")
    }
    for (name, text) in [("from", from), ("to", to)] where text != nil && Self.day(text!) == nil {
      throw ValidationError("--\(name) \(text!): write a day such as 2024-01-31")
    }
  }

  /// The request that the options make. Throws `StartError`.
  func request(_ settings: SettingsOptions) throws -> BacktestRequest {
    var overrides: [(key: String, value: String)] = []
    if let timeframe { overrides.append(("market.timeframe", timeframe)) }
    let loaded = try settings.load(adding: overrides)
    var policy = PolicyRequest(name: self.policy ?? loaded.settings.policy.name)
    (policy.fast, policy.slow, policy.lookback, policy.seed) = (fast, slow, lookback, seed)
    var request = BacktestRequest(
      data: try DataSource.resolve(data, catalog: catalog.place), policy: policy, settings: loaded.settings)
    request.settingsPath = settings.path
    request.from = from.flatMap(Self.day)
    request.to = to.flatMap(Self.day)
    if let cash { request.cashQuote = try Self.decimal(cash, "--cash", above: .zero) }
    request.fee = try feeBps.map { try Self.basisPoints($0, "--fee-bps") }
    request.slippage = try slippageBps.map { try Self.basisPoints($0, "--slippage-bps") }
    request.notionalQuote = try notional.map { try Self.decimal($0, "--notional", above: .zero) }
    request.riskPerTrade = try risk.map { try Self.decimal($0, "--risk", above: .zero) }
    request.isUnlimited = limits == "none"
    request.seed = seed
    request.resumesNextDay = resumeNextDay
    if let risk, !request.limits().stopATR.isPositive {
      throw StartError(
        "--risk \(risk): there is no stop to lose it at; "
          + (request.isUnlimited ? "leave out --limits none" : "set execution.protective_stop_atr above 0"),
        exitCode: 64)
    }
    return request
  }

  private static func day(_ text: String) -> Timestamp? { CalendarDay(text)?.start }

  private static func decimal<Value: FixedPoint>(_ text: String, _ option: String, above least: Value) throws -> Value {
    guard let value = try? Value(text), value > least else {
      throw StartError("\(option) \(text): write a decimal number above \(least)", exitCode: 64)
    }
    return value
  }

  private static func basisPoints(_ text: String, _ option: String) throws -> Rate {
    guard let value = try? Rate(text), !value.isNegative, value < Rate(raw: 5000 * Rate.unit) else {
      throw StartError("\(option) \(text): write basis points from 0 to below 5000, for example 7.5", exitCode: 64)
    }
    return Rate(raw: value.raw / 10_000)
  }
}
