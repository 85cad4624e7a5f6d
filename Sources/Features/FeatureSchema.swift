import Digest

/// The network's input, pinned: names, order, window, clipping, warm-up and the bytes that an observation's hash
/// covers.
///
/// A model is bound to `hash`. Whatever changes a feature's value must change `version`, and with it the hash.
public enum FeatureSchema {
  /// Network features of one bar, in order. `σ` is the root mean square of the last 168 log returns; every ratio with a
  /// zero denominator is 0.
  public static let names = [
    "return_1", "return_4", "return_24", "return_168", "range", "body", "upper_shadow", "lower_shadow",
    "sma_20_distance", "sma_50_distance", "rsi_14", "macd_histogram", "bollinger_20", "relative_volume_20",
    "adx_14_signed", "volatility_ratio",
  ]

  /// Definitions of `names`, one each, as hashed.
  private static let definitions = [
    "ln(c/c[1])/s", "ln(c/c[4])/(2*s)", "ln(c/c[24])/(s*sqrt(24))", "ln(c/c[168])/(s*sqrt(168))", "ln(h/l)/s",
    "(c-o)/(h-l)", "(h-max(o,c))/(h-l)", "(min(o,c)-l)/(h-l)", "ln(c/sma20)/(s*sqrt(20))", "ln(c/sma50)/(s*sqrt(50))",
    "(rsi14-50)/25, 0 without movement", "macd(12,26,9).histogram/atr14", "(c-mean20)/(2*sd20)",
    "ln(v/mean20(v)), 0 without volume", "adx14/50*sign(+di14 - -di14)", "ln(s24/s)",
  ]

  /// Context features, in order, at the bar's close time in UTC; weeks start on Monday.
  public static let contextNames = [
    "position_flat", "position_long", "position_short", "shortable", "time_of_day_sin", "time_of_day_cos",
    "time_of_week_sin", "time_of_week_cos",
  ]

  /// Bars in a window, oldest first, row-major.
  public static let bars = 60
  /// Network features are cut to [-clip, clip] after normalisation.
  public static let clip = 5.0
  /// Returns that `σ` spans, and the bars before the first row of features.
  static let volatilityBars = 168
  /// Bars of an instrument before its first full window.
  public static let warmUpBars = volatilityBars + bars
  /// Revision of the arithmetic behind the definitions.
  public static let version = 1

  /// The text that is hashed.
  public static let canonicalText: String = {
    var lines = ["hrmbot.features/\(version)"]
    lines += zip(names, definitions).map { "feature \($0): \($1)" }
    lines += contextNames.map { "context \($0)" }
    lines += [
      "s = sqrt(mean of the last \(volatilityBars) squared log returns); s24 the same over 24",
      "a ratio with a zero denominator is 0; a feature that is not finite is 0",
      "indicators seeded as TA-Lib, unstable period 0; sd of the population", "clip \(Int(clip)) after normalisation",
      "window \(bars) bars, oldest first, row-major", "warm-up \(warmUpBars) bars",
      "observation hash: sha256 of window then context, float32 little-endian",
    ]
    return lines.joined(separator: "\n") + "\n"
  }()

  /// SHA-256 of `canonicalText`, lower-case hex.
  public static let hash: String = SHA256.hex(SHA256.digest(Array(canonicalText.utf8)))

  /// SHA-256 of the window, then the context, as little-endian float32.
  static func observationHash(window: [Float], context: [Float]) -> [UInt8] {
    #if _endian(little)
      return window.withUnsafeBytes { first in context.withUnsafeBytes { SHA256.digest(first, $0) } }
    #else
      let words = (window + context).map { $0.bitPattern.littleEndian }
      return words.withUnsafeBytes { SHA256.digest($0) }
    #endif
  }
}
