import Backtest

/// Numbers in the sentences of a diagnosis.
enum DiagnosisWords {
  static func percent(_ share: Double?) -> String { plain(ReportNumber.percent(share)) }

  static func number(_ value: Double?, _ decimals: Int) -> String {
    guard let value, value.isFinite else { return ReportNumber.missing }
    return plain(ReportNumber.fixed(value, decimals))
  }

  /// Basis points with their sign.
  static func points(_ value: Double?) -> String {
    guard let value, value.isFinite else { return ReportNumber.missing }
    return (value > 0 ? "+" : "") + number(value, 3) + " bp"
  }

  /// A difference as more or less.
  static func difference(_ value: Double) -> String {
    "\(number(abs(value), 3)) bp \(value < 0 ? "less" : "more")"
  }

  /// A chance by rank, which is never nothing.
  static func chance(_ p: Double?) -> String {
    guard let p else { return "-" }
    return p < 0.001 ? "<0.001" : number(p, 3)
  }

  static func interval(_ gain: PairedGain) -> String {
    guard let low = gain.lowBp, let high = gain.highBp else { return "no interval" }
    return "\(points(low)) to \(points(high))"
  }

  /// In a terminal and in JSON a minus is one that can be searched for, and a space breaks.
  private static func plain(_ text: String) -> String {
    text.replacing("\u{A0}", with: " ").replacing("−", with: "-")
  }
}
