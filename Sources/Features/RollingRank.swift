/// The last `capacity` values in order of size, to rank a new one among them. O(log n) to rank, and a move of memory
/// between the places of the value that leaves and the one that comes.
package struct RollingRank: Sendable {
  /// Place of a value among earlier ones.
  package struct Place: Hashable, Sendable {
    /// Earlier values below it.
    package let below: Int
    /// Earlier values equal to it.
    package let equal: Int
    /// Earlier values.
    package let count: Int
    /// Share below.
    package var shareBelow: Double { Double(below) / Double(count) }
    /// Share below plus half the share equal.
    package var midRank: Double { (Double(below) + 0.5 * Double(equal)) / Double(count) }
  }

  /// Most values held.
  package let capacity: Int
  private var sorted: [Double] = []
  private var arrivals: [Double] = []
  private var oldest = 0

  /// Holds no value. `capacity` must be positive.
  package init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
    sorted.reserveCapacity(capacity)
    arrivals.reserveCapacity(capacity)
  }

  /// Ranks a value, which must be a number, among those held (nil: none), then holds it too; the oldest leaves when
  /// there are more than `capacity`.
  package mutating func receive(_ value: Double) -> Place? {
    precondition(!value.isNaN)
    let count = sorted.count
    let below = place(of: value, orEqual: false)
    let isKnown = below < count && sorted[below] == value
    let equal = isKnown ? place(of: value, orEqual: true) - below : 0
    if count < capacity {
      arrivals.append(value)
      sorted.insert(value, at: below)
    } else {
      replaceOldest(with: value, comingTo: below)
    }
    return count == 0 ? nil : Place(below: below, equal: equal, count: count)
  }

  private mutating func replaceOldest(with value: Double, comingTo coming: Int) {
    let leaving = place(of: arrivals[oldest], orEqual: false)
    arrivals[oldest] = value
    oldest = oldest + 1 == capacity ? 0 : oldest + 1
    sorted.withUnsafeMutableBufferPointer { values in
      let base = values.baseAddress!
      if coming > leaving {
        (base + leaving).update(from: base + leaving + 1, count: coming - leaving - 1)
        base[coming - 1] = value
      } else {
        (base + coming + 1).update(from: base + coming, count: leaving - coming)
        base[coming] = value
      }
    }
  }

  /// Number of values held that are below `value`, or not above it.
  @inline(__always)
  private func place(of value: Double, orEqual: Bool) -> Int {
    sorted.withUnsafeBufferPointer { values in
      var first = 0
      var length = values.count
      while length > 0 {
        // No early exit and no branch on the comparison, which nothing could predict.
        let half = length / 2
        let held = values[first + half]
        first += (orEqual ? held <= value : held < value) ? length - half : 0
        length = half
      }
      return first
    }
  }
}
