import Agent
import Bot
import Core
import Exchange
import Features
import Feed
import Risk
import Settings

/// What a person asked to be tested: the data, the policy, and what is assumed. The same request always gives the same
/// result.
package struct BacktestRequest: Sendable {
  /// Where the bars come from, one instrument each.
  package var data: [DataSource]
  /// Bar length; nil: that of the settings, else the longest of the files.
  package var timeframe: Timeframe?
  /// Bars that open before are history; nil: none is.
  package var from: Timestamp?
  /// Bars that open then or later are left out.
  package var to: Timestamp?
  package var policy: PolicyRequest
  package var settings: BotSettings
  /// Path of the settings file, beside which `instruments.yaml` is looked for.
  package var settingsPath: String?
  package var cashQuote: Money
  /// Fee of every fill in place of the instruments' own.
  package var fee: Rate?
  /// What market orders pay beyond fee, all in all, in place of the settings' spread and slippage.
  package var slippage: Rate?
  /// Value of every entry at the close it was decided at, in place of sizing by risk.
  package var notionalQuote: Money?
  /// Share of equity lost at the stop, in place of the settings'.
  package var riskPerTrade: Rate?
  /// No limits on drawdown, losses, sizes, rates or volatility, and no roll-back.
  package var isUnlimited = false
  /// Fees, spread and slippage in tenths of what they are.
  package var costTenths = 10
  package var delayBars = 0
  package var missedFills = Rate.zero
  package var seed: UInt64 = 1
  package var resumesNextDay = false

  /// A request with nothing out of the ordinary.
  package init(data: [DataSource], policy: PolicyRequest, settings: BotSettings) {
    self.data = data
    self.policy = policy
    self.settings = settings
    cashQuote = settings.paper.cashQuote
    timeframe = settings.market.timeframe
  }

  /// The data, at their beginning, with the fees that hold. Throws `StartError`.
  package func openData() throws -> (instruments: InstrumentTable, timeframe: Timeframe, bars: any BarSource) {
    let rules: InstrumentSettings
    do { rules = try InstrumentSettings.load(besideSettings: settingsPath) } catch {
      throw StartError("\(error)", exitCode: 78)
    }
    let source = try DataSource.open(data, timeframe: timeframe, rules: rules)
    return (InstrumentTable(source.instruments.instruments.map(priced)), source.timeframe, source.bars)
  }

  /// The plan of a run of `policies`, the first in charge; nil: of the policy asked for. Throws `PolicyError`.
  package func plan(
    _ instruments: InstrumentTable, _ timeframe: Timeframe, policies: [(name: String, policy: any Policy)]? = nil
  ) throws -> BacktestPlan {
    let policies = try policies ?? policy.makeWithFallback()
    let limits = limits()
    let scope: FeatureScope = policy.scope == .network ? .network : limits.needsIndicators ? .sizing : policy.scope
    return BacktestPlan(
      instruments: instruments, timeframe: timeframe, policies: policies, cashQuote: cashQuote, costs: costs(),
      limits: limits, rollback: isUnlimited ? nil : RollbackLimits(settings.rollback),
      staleAfterBars: settings.market.staleAfterBars, scope: scope, delayBars: delayBars, missedFills: missedFills,
      seed: seed, resumesNextDay: resumesNextDay, tradesFrom: from)
  }

  /// The limits that hold.
  package func limits() -> RiskLimits {
    var limits = isUnlimited ? RiskLimits.none : RiskLimits(settings)
    if let notionalQuote {
      limits.maxOrderNotionalQuote = notionalQuote
      limits.maxPositionNotionalQuote = max(limits.maxPositionNotionalQuote, notionalQuote)
      limits.targetVolatility = .zero
      limits.riskPerTrade = .one
      // Sized at the close itself, not at the worst price that would be accepted.
      limits.priceCollar = .zero
    }
    if let riskPerTrade { limits.riskPerTrade = riskPerTrade }
    return limits
  }

  /// What market orders pay.
  func costs() -> PaperCosts {
    if let slippage { return PaperCosts(spread: .zero, slippage: factored(slippage)) }
    return PaperCosts(spread: factored(settings.paper.spread), slippage: factored(settings.paper.slippage))
  }

  private func factored(_ rate: Rate) -> Rate {
    Rate(raw: min(Rate.unit / 2 - 1, rate.raw * Int64(costTenths) / 10))
  }

  private func priced(_ instrument: Instrument) -> Instrument {
    guard fee != nil || costTenths != 10 else { return instrument }
    return Instrument(
      id: instrument.id, symbol: instrument.symbol, venue: instrument.venue, kind: instrument.kind,
      isShortable: instrument.isShortable, calendar: instrument.calendar,
      rules: instrument.rules.map {
        InstrumentRules(
          effectiveFrom: $0.effectiveFrom, tick: $0.tick, lot: $0.lot, minimumQuantity: $0.minimumQuantity,
          minimumNotionalQuote: $0.minimumNotionalQuote, makerFee: factored(fee ?? $0.makerFee),
          takerFee: factored(fee ?? $0.takerFee))
      }, feeAsset: instrument.feeAsset)
  }
}
