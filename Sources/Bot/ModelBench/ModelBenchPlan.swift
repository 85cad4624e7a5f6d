import HRM

/// What `hrmbot model bench` measures: every combination of what is listed.
package struct ModelBenchPlan: Sendable {
  /// The parts of it.
  package enum Part: String, Sendable, CaseIterable { case training, machine, decisions }

  /// Cycles N and steps T of a segment.
  package struct Recurrence: Sendable, Hashable, CustomStringConvertible {
    package var cycles: Int
    package var steps: Int
    package init(cycles: Int, steps: Int) {
      self.cycles = cycles
      self.steps = steps
    }
    /// Reads `NxT`, for example `3x5`; nil for anything else or outside 1...16.
    package init?(_ text: String) {
      let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      let allowed = 1...HRMArchitecture.largestRecurrence
      guard parts.count == 2, let cycles = parts[0], let steps = parts[1], allowed.contains(cycles),
        allowed.contains(steps)
      else { return nil }
      self.init(cycles: cycles, steps: steps)
    }
    package var description: String { "\(cycles)x\(steps)" }
  }

  /// The parts wanted.
  package var parts: Set<Part> = Set(Part.allCases)
  /// Positions S.
  package var positions = [8, 16, 32]
  /// N and T.
  package var recurrences = [Recurrence(cycles: 2, steps: 2), Recurrence(cycles: 3, steps: 5)]
  /// Number formats.
  package var precisions = HRMPrecision.allCases
  /// Threads, the caller's included.
  package var threads = [1, 2]
  /// Sequences decided together.
  package var batches = [1, 8]
  /// Time for every combination.
  package var secondsPerRow = 3.0
  /// Deadline of the decisions whose segments are counted.
  package var deadlineMillis = 40
  /// Sequences of a training step.
  package var trainingBatch = 64
  /// How far a training step goes back.
  package var gradient = SegmentGradient.oneStep

  /// The full plan.
  package init() {}

  /// The shipped sizes alone, and less time.
  package static var quick: ModelBenchPlan {
    var plan = ModelBenchPlan()
    plan.positions = [16]
    plan.threads = [2]
    plan.batches = [1]
    plan.secondsPerRow = 1
    return plan
  }

  /// Combinations of a decision, in the order of the table.
  package var decisions: [DecisionSetup] {
    positions.flatMap { positions in
      recurrences.flatMap { recurrence in
        batches.flatMap { batch in
          threads.flatMap { threads in
            precisions.map {
              DecisionSetup(
                positions: positions, recurrence: recurrence, batch: batch, threads: threads, precision: $0)
            }
          }
        }
      }
    }
  }
}

/// One combination whose decisions are timed.
package struct DecisionSetup: Sendable, Hashable {
  package var positions: Int
  package var recurrence: ModelBenchPlan.Recurrence
  package var batch: Int
  package var threads: Int
  package var precision: HRMPrecision
}
