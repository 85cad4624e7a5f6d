/// How much a return changes the Sharpe ratio of an exponentially weighted record. Moody and Saffell, "Learning to trade
/// via direct reinforcement" (2001).
public struct DifferentialSharpe: Hashable, Sendable {
  /// Below this variance the ratio says nothing: 0.
  static let leastVariance = 1e-12

  /// η: weight of the latest return.
  public let rate: Double
  /// A and B: weighted means of the returns and of their squares.
  public private(set) var mean: Double, meanSquare: Double

  /// A record that begins with the means given.
  public init(rate: Double, mean: Double = 0, meanSquare: Double = 0) {
    self.rate = rate
    self.mean = mean
    self.meanSquare = meanSquare
  }

  /// What a return is worth to the record as it stands. With the record frozen over a window it can stand for the
  /// reward of a step: it depends on nothing but the return.
  public func value(of change: Double) -> Double {
    let variance = meanSquare - mean * mean
    guard variance >= Self.leastVariance else { return 0 }
    let (step, squareStep) = (change - mean, change * change - meanSquare)
    return (meanSquare * step - 0.5 * mean * squareStep) / (variance * variance.squareRoot())
  }

  /// Takes a return: what it is worth to the record before it, which then holds it.
  public mutating func receive(_ change: Double) -> Double {
    let value = value(of: change)
    mean += rate * (change - mean)
    meanSquare += rate * (change * change - meanSquare)
    return value
  }
}
