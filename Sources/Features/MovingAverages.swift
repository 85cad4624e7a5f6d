/// Mean of the last `period` values.
package struct SimpleMovingAverage: Sendable {
  private var sum: WindowSum

  /// `period` must be positive.
  package init(period: Int) { sum = WindowSum(length: period) }

  /// Takes a value; nil before there are `period` of them.
  package mutating func receive(_ value: Double) -> Double? {
    sum.receive(value).map { $0 / Double(sum.length) }
  }
}

/// Linearly weighted mean of the last `period` values.
package struct WeightedMovingAverage: Sendable {
  private var sum: WeightedWindowSum

  /// `period` must be positive.
  package init(period: Int) { sum = WeightedWindowSum(length: period) }

  /// Takes a value; nil before there are `period` of them.
  package mutating func receive(_ value: Double) -> Double? {
    sum.receive(value).map { $0 / Double(sum.length * (sum.length + 1) / 2) }
  }
}

/// Exponential mean with alpha = 2 / (period + 1), seeded with the simple mean of the first `period` values, as TA-Lib.
package struct ExponentialMovingAverage: Sendable {
  private let period: Int
  private let alpha: Double
  private var seen = 0
  private var value = 0.0

  /// `period` must be positive.
  package init(period: Int) {
    precondition(period > 0)
    self.period = period
    alpha = 2 / Double(period + 1)
  }

  /// Takes a value; nil before there are `period` of them.
  @inline(__always)
  package mutating func receive(_ input: Double) -> Double? {
    if seen >= period {
      value += (input - value) * alpha
      return value
    }
    seen += 1
    value += input
    guard seen == period else { return nil }
    value /= Double(period)
    return value
  }
}

/// Double exponential mean: 2·EMA - EMA(EMA), each stage seeded with its own simple mean.
package struct DoubleExponentialAverage: Sendable {
  private var first: ExponentialMovingAverage
  private var second: ExponentialMovingAverage

  /// `period` must be positive.
  package init(period: Int) {
    first = ExponentialMovingAverage(period: period)
    second = first
  }

  /// Takes a value; nil for the first 2·period - 2.
  package mutating func receive(_ value: Double) -> Double? {
    guard let once = first.receive(value), let twice = second.receive(once) else { return nil }
    return 2 * once - twice
  }
}

/// Triple exponential mean: 3·EMA - 3·EMA(EMA) + EMA(EMA(EMA)).
package struct TripleExponentialAverage: Sendable {
  private var stages: TripleSmoothing

  /// `period` must be positive.
  package init(period: Int) { stages = TripleSmoothing(period: period) }

  /// Takes a value; nil for the first 3·period - 3.
  package mutating func receive(_ value: Double) -> Double? {
    stages.receive(value).map { 3 * $0.once - 3 * $0.twice + $0.thrice }
  }
}

/// TRIX: one-bar rate of change, in percent, of the triple-smoothed value.
package struct TripleSmoothedChange: Sendable {
  private var stages: TripleSmoothing
  private var previous: Double?

  /// `period` must be positive.
  package init(period: Int) { stages = TripleSmoothing(period: period) }

  /// Takes a value; nil for the first 3·period - 2.
  package mutating func receive(_ value: Double) -> Double? {
    guard let smooth = stages.receive(value)?.thrice else { return nil }
    defer { previous = smooth }
    return previous.map { percentChange(from: $0, to: smooth) }
  }
}

/// Three exponential means, each of the one before.
private struct TripleSmoothing: Sendable {
  private var first: ExponentialMovingAverage
  private var second: ExponentialMovingAverage
  private var third: ExponentialMovingAverage

  init(period: Int) {
    first = ExponentialMovingAverage(period: period)
    second = first
    third = first
  }

  mutating func receive(_ value: Double) -> (once: Double, twice: Double, thrice: Double)? {
    guard let once = first.receive(value), let twice = second.receive(once), let thrice = third.receive(twice)
    else { return nil }
    return (once, twice, thrice)
  }
}
