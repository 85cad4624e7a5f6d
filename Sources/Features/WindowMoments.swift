/// Mean and population variance of the last `length` values, without any subtraction of large sums.
///
/// Blocks as in `WindowSum`, each part summarised by count, mean and squared deviation (Welford 1962) and the two parts
/// merged (Chan, Golub and LeVeque 1979). Equal values give exactly that mean and exactly zero deviation, and the
/// deviation is never negative.
package struct WindowMoments: Sendable {
  /// Mean and sum of squared deviations of some values.
  private struct Part: Sendable {
    var mean = 0.0
    var deviation = 0.0

    @inline(__always)
    mutating func add(_ value: Double, reciprocalCount: Double) {
      let distance = value - mean
      mean += distance * reciprocalCount
      deviation += distance * (value - mean)
    }
  }

  /// Values in a full window.
  package let length: Int
  private let reciprocals: [Double]
  private var values: [Double]
  private var tails: [Part]
  private var position = 0
  private var head = Part()
  private var count = 0

  /// An empty window. `length` must be positive.
  package init(length: Int) {
    precondition(length > 0)
    self.length = length
    reciprocals = (1...length).map { 1 / Double($0) }
    values = [Double](repeating: 0, count: length)
    tails = [Part](repeating: Part(), count: length)
  }

  /// Takes a value; mean and population variance of the last `length` values, nil before there are so many.
  @inline(__always)
  package mutating func receive(_ value: Double) -> (mean: Double, variance: Double)? {
    if position == length { startBlock() }
    values[position] = value
    head.add(value, reciprocalCount: reciprocals[position])
    position += 1
    if count < length { count += 1 }
    guard count == length else { return nil }
    let perValue = reciprocals[length - 1]
    guard position < length else { return (head.mean, head.deviation * perValue) }
    let tail = tails[position]
    let headShare = Double(position) * perValue
    let distance = head.mean - tail.mean
    let between = distance * distance * Double(length - position) * headShare
    return (tail.mean + distance * headShare, (tail.deviation + head.deviation + between) * perValue)
  }

  private mutating func startBlock() {
    var tail = Part()
    for index in stride(from: length - 1, through: 0, by: -1) {
      tail.add(values[index], reciprocalCount: reciprocals[length - 1 - index])
      tails[index] = tail
    }
    position = 0
    head = Part()
  }
}
