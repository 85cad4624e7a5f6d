/// Cohen's κ: agreement of two raters beyond chance.
package struct CohenKappa: Hashable, Sendable {
  /// Share on which both agree.
  package let observed: Double
  /// Share on which two raters with these habits would agree by chance.
  package let expected: Double
  /// (observed - expected) / (1 - expected); nil if chance alone would give full agreement.
  package let kappa: Double?

  /// Labels of the same things by two raters. Throws `StatisticsError` for none and for lists of different length.
  package init(_ first: [String], _ second: [String]) throws {
    guard !first.isEmpty, first.count == second.count else {
      throw StatisticsError("a has \(first.count) labels and b \(second.count): pairs are needed")
    }
    let count = Double(first.count)
    let categories = Set(first + second).sorted()
    observed = Double(zip(first, second).count { $0 == $1 }) / count
    expected = ExactSum.of(
      categories.lazy.map { label in
        Double(first.count { $0 == label }) / count * (Double(second.count { $0 == label }) / count)
      })
    kappa = expected < 1 ? (observed - expected) / (1 - expected) : nil
  }
}

/// Krippendorff's α for nominal labels: agreement of any number of raters, with gaps.
package struct KrippendorffAlpha: Hashable, Sendable {
  /// Labels, ascending.
  package let categories: [String]
  /// Pairs of labels within units; each unit of m labels counts its pairs with weight 1 / (m - 1).
  package let coincidence: [[Double]]
  /// 1 - observed over expected disagreement; nil if there is nothing to compare.
  package let alpha: Double?

  /// Units, each with the labels it got; units with fewer than two count for nothing.
  package init(units: [[String]]) {
    let compared = units.filter { $0.count > 1 }
    let categories = Set(compared.joined()).sorted()
    var table = [[Double]](repeating: Array(repeating: 0, count: categories.count), count: categories.count)
    for unit in compared {
      let counts = categories.map { label in Double(unit.count { $0 == label }) }
      for row in counts.indices {
        for column in counts.indices {
          let pairs = counts[row] * (row == column ? counts[column] - 1 : counts[column])
          table[row][column] += pairs / Double(unit.count - 1)
        }
      }
    }
    let totals = table.map { ExactSum.of($0) }
    let count = ExactSum.of(totals)
    let agreed = ExactSum.of(table.indices.lazy.map { table[$0][$0] })
    let byChance = ExactSum.of(totals.lazy.map { $0 * ($0 - 1) }) / (count - 1)
    self.categories = categories
    coincidence = table
    alpha = count > 1 && count > byChance ? 1 - (count - agreed) / (count - byChance) : nil
  }
}
