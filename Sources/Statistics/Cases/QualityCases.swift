import Core

/// Cases of forecasts, raters, drift and single trades.
enum QualityCases {
  static func forecasts(_ input: CaseInput) throws -> [CaseField] {
    let outcomes = try input.numbers("y")
    guard outcomes.allSatisfy({ $0 == 0 || $0 == 1 }) else { throw StatisticsError("y: holds more than 0 and 1") }
    let quality = try ForecastQuality(
      probabilities: try input.numbers("p"), outcomes: outcomes.map { $0 == 1 }, bins: try input.integer("bins"))
    return [
      CaseField("auc", .number(quality.areaUnderCurve)), CaseField("brier", .number(quality.brier)),
      CaseField("ece", .number(quality.calibrationError)), CaseField("logloss", .number(quality.logLoss)),
    ]
  }

  static func kappa(_ input: CaseInput) throws -> [CaseField] {
    let kappa = try CohenKappa(try input.labels("a"), try input.labels("b"))
    return [
      CaseField("po", .number(kappa.observed)), CaseField("pe", .number(kappa.expected)),
      CaseField("kappa", .number(kappa.kappa)),
    ]
  }

  static func alpha(_ input: CaseInput) throws -> [CaseField] {
    let result = KrippendorffAlpha(units: try input.labelRows("units"))
    return [
      CaseField("coincidence", .list(result.coincidence.map { .numbers($0) })),
      CaseField("categories", .list(result.categories.map { .text($0) })),
      CaseField("alpha", .number(result.alpha)),
    ]
  }

  static func stability(_ input: CaseInput) throws -> [CaseField] {
    let index = try PopulationStability.index(
      expected: try input.numbers("expected"), actual: try input.numbers("actual"), edges: try input.numbers("edges"))
    return [CaseField("psi", .number(index))]
  }

  static func trade(_ input: CaseInput) throws -> [CaseField] {
    let bars = try input.rows("bars")
    guard let bad = bars.firstIndex(where: { $0.count < 4 }) ?? (bars.isEmpty ? 0 : nil) else {
      let side = try input.integer("side")
      guard side == 1 || side == -1 else { throw StatisticsError("side: \(side) is neither 1 nor -1") }
      let outcome = try TradeOutcome(
        isLong: side == 1, entryPrice: try input.number("entry"), exitPrice: try input.number("exit_"),
        quantity: try input.number("qty"), stopPrice: input.has("stop") ? try input.number("stop") : nil,
        feeRate: try input.number("fee_bps") / 10_000, highs: bars.map { $0[1] }, lows: bars.map { $0[2] },
        volatility: try input.number("sigma_bar"))
      return fields(outcome)
    }
    throw StatisticsError("bars[\(bad)]: open, high, low and close are needed")
  }

  private static func fields(_ outcome: TradeOutcome) -> [CaseField] {
    [
      CaseField("mae", .number(outcome.adverseExcursion)), CaseField("mfe", .number(outcome.favourableExcursion)),
      CaseField("gross", .number(outcome.gross)), CaseField("fees", .number(outcome.fees)),
      CaseField("net", .number(outcome.net)), CaseField("r_multiple", .number(outcome.riskMultiple)),
      CaseField("mae_r", .number(outcome.adverseRisk)), CaseField("mfe_r", .number(outcome.favourableRisk)),
      CaseField("holding_bars", .count(outcome.holdingBars)), CaseField("return_net", .number(outcome.netReturn)),
      CaseField("vol_norm", .number(outcome.volatilityNormalised)),
      CaseField("efficiency", .number(outcome.efficiency)),
    ]
  }
}
