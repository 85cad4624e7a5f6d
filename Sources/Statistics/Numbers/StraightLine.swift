/// The line through points with the least sum of squares.
struct StraightLine {
  let slope: Double
  let intercept: Double

  /// The line of y over x; nil of fewer than two points and of x without variation.
  init?(x: [Double], y: [Double]) {
    guard x.count == y.count, x.count > 1, x.contains(where: { $0 != x[0] }) else { return nil }
    let meanX = ExactSum.mean(of: x)!
    let meanY = ExactSum.mean(of: y)!
    let under = ExactSum.of(x.lazy.map { ($0 - meanX) * ($0 - meanX) })
    guard under > 0 else { return nil }
    slope = ExactSum.of(zip(x, y).lazy.map { ($0 - meanX) * ($1 - meanY) }) / under
    intercept = meanY - slope * meanX
  }
}
