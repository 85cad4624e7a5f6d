/// On-balance volume. Starts at the first bar's volume, as TA-Lib.
package struct OnBalanceVolume: Sendable {
  private var previousClose: Double?
  private var total = 0.0

  package init() {}

  /// Takes a bar; never nil.
  package mutating func receive(close: Double, volume: Double) -> Double? {
    let last = previousClose
    previousClose = close
    guard let last else {
      total = volume
      return total
    }
    total += close > last ? volume : close < last ? -volume : 0
    return total
  }
}

/// Accumulation/distribution line: cumulative ((C-L) - (H-C)) / (H-L) · V; a bar without range adds nothing.
package struct AccumulationDistribution: Sendable {
  private var total = 0.0

  package init() {}

  /// Takes a bar; never nil.
  package mutating func receive(high: Double, low: Double, close: Double, volume: Double) -> Double? {
    total += ratio((close - low) - (high - close), high - low) * volume
    return total
  }
}

/// Money flow index over `period` changes of the typical price.
package struct MoneyFlow: Sendable {
  private var previous: Double?
  private var up: WindowSum
  private var down: WindowSum

  /// `period` must be positive.
  package init(period: Int) {
    up = WindowSum(length: period)
    down = WindowSum(length: period)
  }

  /// Takes a typical price and a volume; in [0, 100], 0 without flow; nil for the first `period`.
  package mutating func receive(typical: Double, volume: Double) -> Double? {
    defer { previous = typical }
    guard let previous else { return nil }
    // Equal typical prices of unequal bars differ by rounding alone: TA-Lib counts them in neither direction.
    let isSame = abs(typical - previous) <= equalityTolerance * (abs(typical) + abs(previous))
    let flow = isSame ? 0 : typical * volume
    let inflow = up.receive(typical > previous ? flow : 0)
    let outflow = down.receive(typical < previous ? flow : 0)
    guard let inflow, let outflow else { return nil }
    return 100 * ratio(inflow, inflow + outflow)
  }
}
