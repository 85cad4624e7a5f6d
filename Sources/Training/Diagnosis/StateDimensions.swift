/// Sums from which the covariance of a state over inputs follows, position by position: what differs only between positions
/// of one input does not count.
package struct CovarianceSums: Sendable {
  /// Positions of a state and numbers of each.
  package let positions: Int
  package let width: Int
  /// States added.
  package private(set) var count = 0
  /// [positions, width], and [width, width] of which only the upper half is kept.
  private var sums: [Double]
  private var products: [Double]

  /// No state yet.
  package init(positions: Int, width: Int) {
    (self.positions, self.width) = (positions, width)
    sums = [Double](repeating: 0, count: positions * width)
    products = [Double](repeating: 0, count: width * width)
  }

  /// Adds the state of one input: [positions, width].
  package mutating func add(_ state: UnsafeBufferPointer<Float>) {
    precondition(state.count == positions * width, "a state of another shape")
    count += 1
    products.withUnsafeMutableBufferPointer { products in
      for position in 0..<positions {
        let first = position * width
        for row in 0..<width {
          let value = Double(state[first + row])
          sums[first + row] += value
          for column in row..<width { products[row * width + column] += value * Double(state[first + column]) }
        }
      }
    }
  }

  /// (Σλ)² / Σλ² over the eigenvalues λ of the covariance, which is (tr C)² / tr(C²): the number of directions that the
  /// state really varies in, from 1 to its width. Nil for a state that does not vary.
  package var participationRatio: Double? {
    guard count > 1 else { return nil }
    var (trace, squares, power) = (0.0, 0.0, 0.0)
    for row in 0..<width {
      power += products[row * width + row]
      for column in row..<width {
        var value = products[row * width + column]
        for position in 0..<positions {
          value -= sums[position * width + row] * sums[position * width + column] / Double(count)
        }
        squares += (row == column ? 1 : 2) * value * value
        if row == column { trace += value }
      }
    }
    // What is left of a difference of equal numbers is rounding.
    guard trace > 1e-10 * power, squares > 0 else { return nil }
    return trace * trace / squares
  }
}

/// In how many directions the states of H and L vary from input to input.
package struct StateDimensions: Codable, Equatable, Sendable {
  /// After one segment.
  package struct Row: Codable, Equatable, Sendable {
    package var segment: Int
    /// Participation ratios; nil for a state that does not vary.
    package var slow: Double?
    package var fast: Double?
    /// That of H over that of L.
    package var quotient: Double?
  }
  /// Inputs looked at, and the widths of the states.
  package var inputs: Int
  package var slowWidth: Int
  package var fastWidth: Int
  package var rows: [Row]
  /// The same in a sentence.
  package var finding: String

  /// The ratios after each segment.
  package init(slow: [CovarianceSums], fast: [CovarianceSums]) {
    inputs = slow.first?.count ?? 0
    slowWidth = slow.first?.width ?? 0
    fastWidth = fast.first?.width ?? 0
    rows = zip(slow, fast).enumerated().map { index, pair in
      let (slow, fast) = (pair.0.participationRatio, pair.1.participationRatio)
      return Row(
        segment: index + 1, slow: slow, fast: fast,
        quotient: slow.flatMap { slow in fast.map { slow / $0 } })
    }
    finding = Self.finding(rows.last, inputs: inputs, slowWidth, fastWidth)
  }

  private static func finding(_ last: Row?, inputs: Int, _ slowWidth: Int, _ fastWidth: Int) -> String {
    guard let last, let slow = last.slow, let fast = last.fast, let quotient = last.quotient else {
      return "The states do not vary from input to input: there is no dimension to measure."
    }
    let judgement =
      quotient > 1.25
      ? "H uses more directions than L, as the hierarchy is meant to"
      : quotient < 0.8 ? "H uses fewer directions than L: no hierarchy of that kind" : "H and L use about as many"
    return
      "After the last segment H varies in \(DiagnosisWords.number(slow, 1)) of \(slowWidth) directions and L in "
      + "\(DiagnosisWords.number(fast, 1)) of \(fastWidth), a quotient of \(DiagnosisWords.number(quotient, 2)): "
      + "\(judgement)."
  }
}
