/// The highest (or lowest) of the last `length` values and how long ago it was, by a monotonic queue: amortised O(1).
package struct WindowExtreme: Sendable {
  /// Which extreme.
  package enum Kind: Sendable { case highest, lowest }

  /// Values in a full window.
  package let length: Int
  /// 1 for the highest, -1 for the lowest: the queue always looks for the largest signed value.
  private let sign: Double
  private var values: [Double]
  private var times: [Int]
  private var first = 0
  private var queued = 0
  private var time = 0

  /// An empty window. `length` must be positive.
  package init(_ kind: Kind, length: Int) {
    precondition(length > 0)
    self.length = length
    sign = kind == .highest ? 1 : -1
    values = [Double](repeating: 0, count: length)
    times = [Int](repeating: 0, count: length)
  }

  /// Takes a value; the extreme and its age in bars (of equal values the latest counts), nil before the window is full.
  package mutating func receive(_ value: Double) -> (value: Double, age: Int)? {
    if queued > 0, times[first] <= time - length {
      first = slot(1)
      queued -= 1
    }
    let signed = sign * value
    while queued > 0, values[slot(queued - 1)] <= signed { queued -= 1 }
    values[slot(queued)] = signed
    times[slot(queued)] = time
    queued += 1
    time += 1
    guard time >= length else { return nil }
    return (sign * values[first], time - 1 - times[first])
  }

  private func slot(_ offset: Int) -> Int {
    let index = first + offset
    return index < length ? index : index - length
  }
}
