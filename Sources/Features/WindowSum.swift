/// The sum of the last `length` values, without any subtraction.
///
/// Values are kept in blocks of `length`; a window is the tail of the finished block and the head of the running one,
/// and the sums of all tails are formed once per block (van Herk 1992, Gil and Werman 1993, there for extremes). So
/// rounding errors never outlive two blocks, a jump that leaves the window leaves nothing behind, and zeros sum to
/// exactly zero. Amortised two additions a value.
package struct WindowSum: Sendable {
  /// Values in a full window.
  package let length: Int
  /// Head: values of the running block. Rest: sums of the tails of the finished one.
  private var slots: [Double]
  private var position = 0
  private var head = 0.0
  /// Values seen, up to `length`.
  private(set) var count = 0

  /// An empty window. `length` must be positive.
  package init(length: Int) {
    precondition(length > 0)
    self.length = length
    slots = [Double](repeating: 0, count: length)
  }

  /// Takes a value; the sum of the last `length` values, nil before there are so many.
  @inline(__always)
  package mutating func receive(_ value: Double) -> Double? {
    if position == length { startBlock() }
    slots[position] = value
    head += value
    position += 1
    if count < length { count += 1 }
    guard count == length else { return nil }
    return position < length ? head + slots[position] : head
  }

  private mutating func startBlock() {
    var tail = 0.0
    for index in stride(from: length - 1, through: 0, by: -1) {
      tail += slots[index]
      slots[index] = tail
    }
    position = 0
    head = 0
  }
}

/// The linearly weighted sum of the last `length` values: weight 1 for the oldest, `length` for the latest.
///
/// Blocks as in `WindowSum`; a second row of tails holds sums of sums, which weigh the finished block.
package struct WeightedWindowSum: Sendable {
  /// Values in a full window.
  package let length: Int
  private var slots: [Double]
  private var weightedTails: [Double]
  private var position = 0
  private var head = 0.0
  private var ascendingHead = 0.0
  private var count = 0

  /// An empty window. `length` must be positive.
  package init(length: Int) {
    precondition(length > 0)
    self.length = length
    slots = [Double](repeating: 0, count: length)
    weightedTails = slots
  }

  /// Takes a value; the weighted sum of the last `length` values, nil before there are so many.
  package mutating func receive(_ value: Double) -> Double? {
    if position == length { startBlock() }
    slots[position] = value
    position += 1
    head += value
    ascendingHead += Double(position) * value
    if count < length { count += 1 }
    guard count == length else { return nil }
    let tail = position < length ? weightedTails[position] : 0
    return tail + ascendingHead + Double(length - position) * head
  }

  private mutating func startBlock() {
    var tail = 0.0
    var weighted = 0.0
    for index in stride(from: length - 1, through: 0, by: -1) {
      tail += slots[index]
      weighted += tail
      weightedTails[index] = weighted
    }
    position = 0
    head = 0
    ascendingHead = 0
  }
}
