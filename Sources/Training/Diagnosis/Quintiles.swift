import Statistics

/// Five parts of a sample that hold about as many values each, by size.
package struct Quintiles: Equatable, Sendable {
  /// Number of parts.
  package static let count = 5
  /// The four values between the parts, ascending.
  package let edges: [Double]

  /// The parts of a sample; nil of none.
  package init?(of values: [Double]) {
    let sorted = values.sorted()
    let edges = (1..<Self.count).compactMap { Quantile.of(sorted: sorted, share: Double($0) / Double(Self.count)) }
    guard edges.count == Self.count - 1 else { return nil }
    self.edges = edges
  }

  /// Part of a value, from 0: the number of edges below it. Values that are equal are in one part, so a sample of few
  /// different values leaves parts empty.
  package func place(_ value: Double) -> Int { edges.count { $0 < value } }
}
