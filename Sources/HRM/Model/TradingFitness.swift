extension ModelManifest {
  /// Why a bot must not trade with this model; nil if it may. A master may; a copy only if its agreement with its master
  /// was measured over at least `Quantisation.fewestObservations` observations and is nowhere below `minimumAgreement`,
  /// in [0, 1]. The text ends with the remedy.
  public func tradingRefusal(minimumAgreement: Double) -> String? {
    guard precision != .float32 else { return nil }
    guard let agreement = quantisation?.agreement else {
      return "\(name) is a \(precision.label) copy whose agreement with its master was never measured; "
        + "make it anew with `hrmbot model export`"
    }
    let fewest = Quantisation.fewestObservations
    guard agreement.observations >= fewest else {
      return "\(name) is a \(precision.label) copy whose agreement with its master was measured over "
        + "\(agreement.observations) observations, at least \(fewest) are needed; make it anew with `hrmbot model export`"
    }
    // Written so that a value that is not a number refuses.
    guard agreement.lowest >= minimumAgreement else {
      return "\(name) is a \(precision.label) copy that takes the same action as its master on "
        + "\(Self.percent(agreement.lowest)) of \(agreement.observations) observations, policy.minimum_agreement asks for "
        + "\(Self.percent(minimumAgreement)); \(remedy)"
    }
    return nil
  }

  private var remedy: String {
    switch precision {
    case .int8(.seven): "make a more exact copy with `hrmbot model export --dtype int8-a16` or `--dtype bf16`"
    case .int8(.sixteen): "make a more exact copy with `hrmbot model export --dtype bf16`"
    case .float32, .bfloat16: "use the fp32 master \(quantisation?.sourceName ?? "")"
    }
  }

  /// `99.12 %`, rounded down, so that no threshold seems to be met that is not.
  static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "\(share)" }
    let hundredths = Int((share * 10_000 + 1e-6).rounded(.down))
    let cents = hundredths % 100
    return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents) %"
  }
}
