/// A sum of doubles that is rounded once, at its end, so it does not depend on the order of the terms.
///
/// Source: Shewchuk, "Adaptive precision floating-point arithmetic" (1997): the sum is kept as numbers that do not
/// overlap. The terms must be finite and their sum must not overflow.
package struct ExactSum {
  private var parts: [Double] = []

  /// An empty sum.
  package init() { parts.reserveCapacity(8) }

  /// Adds a term.
  package mutating func add(_ term: Double) {
    var carried = term
    var kept = 0
    for index in 0..<parts.count {
      var part = parts[index]
      if abs(carried) < abs(part) { swap(&carried, &part) }
      let high = carried + part
      let low = part - (high - carried)
      if low != 0 {
        parts[kept] = low
        kept += 1
      }
      carried = high
    }
    parts.removeLast(parts.count - kept)
    parts.append(carried)
  }

  /// The sum, correctly rounded.
  package var value: Double {
    guard var index = parts.indices.last else { return 0 }
    var high = parts[index]
    var low = 0.0
    while index > 0 {
      index -= 1
      let before = high
      high = before + parts[index]
      low = parts[index] - (high - before)
      if low != 0 { break }
    }
    // A tie must be rounded by what lies below it.
    if index > 0, (low < 0 && parts[index - 1] < 0) || (low > 0 && parts[index - 1] > 0) {
      let double = low * 2
      let moved = high + double
      if double == moved - high { high = moved }
    }
    return high
  }

  /// The sum of `values`.
  package static func of(_ values: some Sequence<Double>) -> Double {
    var sum = ExactSum()
    for value in values { sum.add(value) }
    return sum.value
  }

  /// The mean of `values`; nil of none.
  package static func mean(of values: some Collection<Double>) -> Double? {
    values.isEmpty ? nil : of(values) / Double(values.count)
  }
}
