/// Loss that is a parabola near 0 and a straight line further out, so that single moments do not drown the rest.
public enum Huber {
  /// The loss of an error, and its derivative. `bend`: where the line begins.
  public static func loss(_ error: Double, bend: Double = 1) -> (loss: Double, slope: Double) {
    abs(error) <= bend
      ? (0.5 * error * error, error) : (bend * (abs(error) - 0.5 * bend), error < 0 ? -bend : bend)
  }
}

/// What the value head is taught: V of a state in units of what the market moves in 24 bars.
public enum ValueTarget {
  /// Bars of the unit.
  public static let bars = 24

  /// V / (σ√24); nil where σ is not above 0.
  public static func scaled(_ value: Double, deviation: Double) -> Double? {
    guard deviation > 0 else { return nil }
    return value / (deviation * Double(bars).squareRoot())
  }

  /// A value head's output as a value in units of return, for a window that is cut in mid-stream.
  public static func value(ofOutput output: Double, deviation: Double) -> Double {
    output * deviation * Double(bars).squareRoot()
  }

  /// Huber loss of the output against the scaled value, and its derivative in the output.
  public static func loss(output: Double, target: Double) -> (loss: Double, slope: Double) {
    Huber.loss(output - target)
  }
}
