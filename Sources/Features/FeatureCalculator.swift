import Foundation

/// The network features of one instrument, bar by bar. Computes only the indicators they need.
package struct FeatureCalculator: Sendable {
  /// An average range below this share of the price counts as none.
  private static let smallestRange = 1e-12
  private static let root20 = 20.0.squareRoot()
  private static let root24 = 24.0.squareRoot()
  private static let root50 = 50.0.squareRoot()
  private static let root168 = Double(FeatureSchema.volatilityBars).squareRoot()

  private var logCloses = TrailingValues(oldestAge: FeatureSchema.volatilityBars)
  private var squares168 = WindowSum(length: FeatureSchema.volatilityBars)
  private var squares24 = WindowSum(length: 24)
  private var closes20 = WindowMoments(length: 20)
  private var closes50 = WindowMoments(length: 50)
  private var volumes20 = WindowSum(length: 20)
  private var rsi14 = RelativeStrength(period: 14)
  private var macd = MACD()
  private var trueRange = TrueRange()
  private var atr14 = WilderAverage(period: 14)
  private var directional14 = DirectionalMovement(period: 14)

  /// Logarithm of the close taken last.
  var logClose: Double { logCloses.value(age: 0) }
  /// Log return of the bar taken last; nil for the first.
  private(set) var logReturn: Double?
  /// Root mean square of the last 168 log returns; nil until known.
  package private(set) var volatility168: Double?
  /// Root mean square of the last 24 log returns; nil until known.
  package private(set) var volatility24: Double?

  /// A calculator that has seen no bar.
  package init() {}

  /// Takes a bar and writes its features, neither normalised nor clipped, to the start of `row`; false, with `row`
  /// untouched, for the first 168 bars.
  @inline(__always)
  package mutating func receive(_ bar: BarValues, into row: UnsafeMutableBufferPointer<Double>) -> Bool {
    let close = bar.close
    logCloses.receive(log(close))
    absorbReturn()
    let mean20 = closes20.receive(close)
    let mean50 = closes50.receive(close)
    let volumeSum = volumes20.receive(bar.volume)
    _ = rsi14.absorb(close)
    let histogram = macd.receive(close)?.histogram
    let range = trueRange.receive(high: bar.high, low: bar.low, close: close)
    let atr = range.flatMap { atr14.receive($0) }
    directional14.absorb(high: bar.high, low: bar.low, trueRange: range ?? 0)

    // All other indicators are known long before σ.
    guard let sigma = volatility168, let sigma24 = volatility24, let mean20, let mean50, let volumeSum, let histogram,
      let atr
    else { return false }
    writeReturns(bar, sigma: sigma, into: row)
    row[8] = ratio(log(close / mean20.mean), sigma * Self.root20)
    row[9] = ratio(log(close / mean50.mean), sigma * Self.root50)
    row[10] = 2 * rsi14.balance
    // Through a long standstill both decay to rounding noise of the price, whose ratio would mean nothing.
    row[11] = atr > close * Self.smallestRange ? histogram / atr : 0
    row[12] = ratio(close - mean20.mean, 2 * mean20.variance.squareRoot())
    row[13] = bar.volume > 0 ? log(bar.volume / (volumeSum / 20)) : 0
    row[14] = directional14.signedIndex / 50
    row[15] = sigma == 0 ? 0 : log(sigma24 / sigma)
    return true
  }

  /// Takes a close for the volatilities alone. A calculator is fed either so or with whole bars.
  @inline(__always)
  package mutating func receive(close: Double) {
    logCloses.receive(log(close))
    absorbReturn()
  }

  @inline(__always)
  private mutating func absorbReturn() {
    guard logCloses.count > 1 else { return }
    let change = logCloses.value(age: 0) - logCloses.value(age: 1)
    logReturn = change
    volatility168 = squares168.receive(change * change).map { ($0 / Double(FeatureSchema.volatilityBars)).squareRoot() }
    volatility24 = squares24.receive(change * change).map { ($0 / 24).squareRoot() }
  }

  @inline(__always)
  private func writeReturns(_ bar: BarValues, sigma: Double, into row: UnsafeMutableBufferPointer<Double>) {
    let now = logCloses.value(age: 0)
    row[0] = ratio(now - logCloses.value(age: 1), sigma)
    row[1] = ratio(now - logCloses.value(age: 4), sigma * 2)
    row[2] = ratio(now - logCloses.value(age: 24), sigma * Self.root24)
    row[3] = ratio(now - logCloses.value(age: 168), sigma * Self.root168)
    row[4] = ratio(log(bar.high / bar.low), sigma)
    let range = bar.high - bar.low
    row[5] = ratio(bar.close - bar.open, range)
    row[6] = ratio(bar.high - max(bar.open, bar.close), range)
    row[7] = ratio(min(bar.open, bar.close) - bar.low, range)
  }
}
