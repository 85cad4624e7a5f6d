/// How long a market's complexity makes a network think at least.
public enum MinimumDepth {
  /// Segments: floor + C · (maximum/2 - floor), rounded half up, within floor...maximum. A complexity that is not known, or
  /// no number in [0, 1], counts as 1: think longest.
  public static func segments(complexity: Double?, floor: Int, maximum: Int) -> Int {
    var share = 1.0
    if let complexity, complexity >= 0, complexity <= 1 { share = complexity }
    let wanted = Double(floor) + share * (Double(maximum) / 2 - Double(floor))
    return max(floor, min(maximum, Int((wanted + 0.5).rounded(.down))))
  }
}
