/// One fall of equity below a peak, and its recovery. Places are indices into the equity curve, 0 being the start.
package struct Drawdown: Hashable, Sendable {
  /// Lowest equity over the peak, minus 1: negative.
  package let depth: Double
  /// The peak: the last point before the fall.
  package let peak: Int
  /// The lowest point; of equal ones the first.
  package let trough: Int
  /// First point at or above the peak again; nil if there is none.
  package let recovery: Int?
  /// Periods below the peak so far: from the point after the peak to the one before the recovery.
  package let periods: Int

  /// All falls of a curve, in the order of time.
  package static func all(in curve: EquityCurve) -> [Drawdown] {
    let values = curve.values
    var result: [Drawdown] = []
    var (peak, trough) = (0, 0)
    func drawdown(until end: Int, isRecovered: Bool) -> Drawdown {
      Drawdown(
        depth: values[trough] / values[peak] - 1, peak: peak, trough: trough, recovery: isRecovered ? end : nil,
        periods: end - peak - 1)
    }
    for index in values.indices.dropFirst() {
      if values[index] >= values[peak] {
        if trough > peak { result.append(drawdown(until: index, isRecovered: true)) }
        (peak, trough) = (index, index)
      } else if trough == peak || values[index] < values[trough] {
        trough = index
      }
    }
    if trough > peak { result.append(drawdown(until: values.count, isRecovered: false)) }
    return result
  }

  /// The `count` deepest, deepest first; of equally deep ones the earlier.
  package static func deepest(_ count: Int, in curve: EquityCurve) -> [Drawdown] {
    let all = all(in: curve)
    let order = all.indices.sorted { (all[$0].depth, $0) < (all[$1].depth, $1) }
    return order.prefix(max(0, count)).map { all[$0] }
  }

  /// The fall below the running peak at every point of a curve, 0 or negative: for drawing.
  package static func depths(of curve: EquityCurve) -> [Double] {
    var peak = -Double.infinity
    return curve.values.map { value in
      peak = max(peak, value)
      return value / peak - 1
    }
  }
}
