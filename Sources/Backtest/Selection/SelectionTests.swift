import Core
import Statistics

/// Why something was not computed, in words that go on from "not computed, because".
package struct NotComputed: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// A reason as given.
  package init(_ description: String) { self.description = description }
}

/// The tests of whether the best of several runs was picked by luck, on columns of returns over the same days.
package enum SelectionTests {
  /// Days under which nothing is said.
  package static let fewestDays = 40
  /// Days that a block of the cross-validation has at least.
  private static let daysOfBlock = 10
  /// Blocks of the cross-validation where there are days enough.
  package static let blocks = 16

  /// Probability of overfitting over as many blocks as asked for, or as many as hold ten days each.
  package static func overfitting(
    _ columns: [[Double]], blocks: Int = blocks
  ) -> Result<OverfittingProbability, NotComputed> {
    guard columns.count >= 2 else { return .failure(NotComputed("there is only one run to choose from")) }
    let days = columns[0].count
    guard days >= fewestDays else { return .failure(tooFew(days)) }
    let rows = (0..<days).map { day in columns.map { $0[day] } }
    do {
      return .success(try OverfittingProbability(rows: rows, blocks: min(blocks, days / daysOfBlock / 2 * 2)))
    } catch { return .failure(NotComputed("\(error)")) }
  }

  /// Superior ability of the best of some columns over a benchmark, or over doing nothing. Columns that never differ from it
  /// are left out.
  package static func ability(
    of columns: [[Double]], over benchmark: [Double]? = nil, draws: Int = 1000, seed: UInt64
  ) -> Result<SuperiorAbility, NotComputed> {
    guard let days = columns.first?.count, days > 2 else { return .failure(tooFew(columns.first?.count ?? 0)) }
    let differences = columns.map { column in column.indices.map { column[$0] - (benchmark?[$0] ?? 0) } }
    let varying = differences.filter { column in column.contains { $0 != 0 } }
    guard !varying.isEmpty else {
      return .failure(NotComputed("no run ever differed from \(benchmark == nil ? "doing nothing" : "the benchmark")"))
    }
    let rows = (0..<days).map { day in varying.map { $0[day] } }
    do {
      return .success(
        try SuperiorAbility(
          differentials: rows, meanBlock: ReturnIntervals.usualMeanBlock(periods: days), draws: draws,
          random: CounterRandom(seed: seed, purpose: .returnIntervals, step: 1)))
    } catch { return .failure(NotComputed("\(error)")) }
  }

  static func tooFew(_ days: Int) -> NotComputed {
    NotComputed("there are \(days) days with returns, at least \(fewestDays) are needed")
  }
}
