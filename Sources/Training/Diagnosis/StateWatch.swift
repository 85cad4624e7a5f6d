/// Watches the states of a network while it thinks: how far each segment moves them, and in how many directions they vary.
package struct StateWatch: Sendable {
  /// Relative changes of one segment, added up.
  private struct Changes {
    var slow = 0.0, fast = 0.0
    var slowCount = 0, fastCount = 0, rows = 0
  }
  private let positions: Int
  private let slowWidth: Int
  private let fastWidth: Int
  private var changes: [Changes]
  private var slowDirections: [CovarianceSums]
  private var fastDirections: [CovarianceSums]
  /// Of so many decisions one is taken for the directions.
  private let every: Int
  private var seen = 0

  /// Nothing seen yet. `decisions`: about how many there will be.
  package init(positions: Int, slowWidth: Int, fastWidth: Int, segments: Int, decisions: Int) {
    (self.positions, self.slowWidth, self.fastWidth) = (positions, slowWidth, fastWidth)
    changes = [Changes](repeating: Changes(), count: segments)
    slowDirections = [CovarianceSums](
      repeating: CovarianceSums(positions: positions, width: slowWidth), count: segments)
    fastDirections = [CovarianceSums](
      repeating: CovarianceSums(positions: positions, width: fastWidth), count: segments)
    every = max(1, decisions / Self.sampled)
  }

  /// Decisions whose states are looked at for their directions, about.
  package static let sampled = 1000

  /// States of all lanes before and after a segment, each [lanes, positions, width].
  package struct Step {
    var slowBefore: [Float]
    var slowAfter: [Float]
    var fastBefore: [Float]
    var fastAfter: [Float]

    /// States as given.
    package init(slowBefore: [Float], slowAfter: [Float], fastBefore: [Float], fastAfter: [Float]) {
      (self.slowBefore, self.slowAfter) = (slowBefore, slowAfter)
      (self.fastBefore, self.fastAfter) = (fastBefore, fastAfter)
    }
  }

  /// Which of the next `count` decisions are looked at for their directions, by their places among them.
  package mutating func sample(of count: Int) -> [Int] {
    defer { seen += count }
    return (0..<count).filter { (seen + $0).isMultiple(of: every) }
  }

  /// Takes what a segment, counted from 1, did to some lanes; `sampled` are those whose directions count.
  package mutating func take(_ step: Step, segment: Int, lanes: [Int], sampled: [Int]) {
    let (slowSize, fastSize) = (positions * slowWidth, positions * fastWidth)
    for lane in lanes {
      let slow = (lane * slowSize)..<((lane + 1) * slowSize)
      let fast = (lane * fastSize)..<((lane + 1) * fastSize)
      let slowChange = Self.change(step.slowBefore, step.slowAfter, slow)
      let fastChange = Self.change(step.fastBefore, step.fastAfter, fast)
      if slowChange.isFinite {
        changes[segment - 1].slow += slowChange
        changes[segment - 1].slowCount += 1
      }
      if fastChange.isFinite {
        changes[segment - 1].fast += fastChange
        changes[segment - 1].fastCount += 1
      }
      changes[segment - 1].rows += 1
    }
    for lane in sampled {
      step.slowAfter.withUnsafeBufferPointer {
        slowDirections[segment - 1].add(UnsafeBufferPointer(rebasing: $0[(lane * slowSize)..<((lane + 1) * slowSize)]))
      }
      step.fastAfter.withUnsafeBufferPointer {
        fastDirections[segment - 1].add(UnsafeBufferPointer(rebasing: $0[(lane * fastSize)..<((lane + 1) * fastSize)]))
      }
    }
  }

  /// ‖new - old‖ / ‖old‖ of a part of two arrays, of all where none is given; 0 for arrays of two sizes.
  package static func change(_ old: [Float], _ new: [Float], _ part: Range<Int>? = nil) -> Double {
    guard old.count == new.count else { return 0 }
    var (difference, size) = (0.0, 0.0)
    old.withUnsafeBufferPointer { old in
      new.withUnsafeBufferPointer { new in
        for index in part ?? old.indices {
          let (before, after) = (Double(old[index]), Double(new[index]))
          difference += (after - before) * (after - before)
          size += before * before
        }
      }
    }
    return difference.squareRoot() / max(size.squareRoot(), 1e-12)
  }

  /// The curves. What the heads made of it, by segment, and the updates within segments were looked at elsewhere.
  package func convergence(
    answers: [PolicyChange?], updates: [Convergence.Update], sampled: Int
  ) -> Convergence {
    Convergence(
      rows: changes.first?.rows ?? 0, sampled: sampled,
      segments: zip(changes, answers).enumerated().map { index, pair in
        let (sum, answer) = pair
        return Convergence.Segment(
          segment: index + 1, slowChange: sum.slowCount > 0 ? sum.slow / Double(sum.slowCount) : nil,
          fastChange: sum.fastCount > 0 ? sum.fast / Double(sum.fastCount) : nil,
          changedActions: answer?.actions, policyShift: answer?.shift)
      }, updates: updates)
  }

  /// The directions that the states vary in.
  package var dimensions: StateDimensions { StateDimensions(slow: slowDirections, fast: fastDirections) }
}
