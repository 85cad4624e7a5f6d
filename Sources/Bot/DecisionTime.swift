import Synchronization

/// How long decisions of the network may take, and how long they took.
///
/// The first segment of a decision always runs, and none is begun that is not expected to end before the deadline. So an
/// answer may be late by what one segment takes, and an answer within that bound counts. Beyond it the fallback decides.
package final class DecisionTime: Sendable {
  /// What became of decisions.
  package struct Report: Sendable {
    /// Deadline, in nanoseconds.
    package var limitNanoseconds: UInt64
    /// When the fallback decides, in nanoseconds after the question.
    package var boundNanoseconds: UInt64
    /// Answers after the deadline and within the bound.
    package var overruns = 0
    /// Answers after the bound: discarded.
    package var beyondBound = 0
    /// Largest time after the deadline, in nanoseconds.
    package var largestOverrunNanoseconds: UInt64 = 0
  }
  /// Times as long as measured that a segment may take.
  package static let allowance = 3.0
  private let report: Mutex<Report>

  /// - Parameters:
  ///   - segmentMillis: time of a segment of one question, as measured; 0 where it is unknown or has no say.
  ///   - together: questions that may be answered together.
  package init(deadlineMillis: Int, segmentMillis: Double, together: Int) {
    let limit = UInt64(deadlineMillis) * 1_000_000
    // Measured one after the other, segments are as fast as they get: after a pause the weights come from memory, and on
    // a shared machine a thread waits for its core. Several questions take as many times as long.
    let segment = UInt64(max(0, segmentMillis) * Self.allowance * Double(max(together, 1)) * 1e6)
    report = Mutex(Report(limitNanoseconds: limit, boundNanoseconds: limit + segment))
  }

  /// When the fallback decides, in nanoseconds after the question.
  package var boundNanoseconds: UInt64 { report.withLock { $0.boundNanoseconds } }

  /// Counts one answer.
  package func note(nanoseconds: UInt64) {
    report.withLock { report in
      guard nanoseconds > report.limitNanoseconds else { return }
      if nanoseconds > report.boundNanoseconds { report.beyondBound += 1 } else { report.overruns += 1 }
      let overrun = nanoseconds - report.limitNanoseconds
      report.largestOverrunNanoseconds = max(report.largestOverrunNanoseconds, overrun)
    }
  }

  /// All counts so far.
  package var counts: Report { report.withLock { $0 } }
}
