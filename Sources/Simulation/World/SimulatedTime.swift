import Core

/// The clocks of a simulated machine: one that never jumps, and one on the wall that does.
final class SimulatedTime: TimeSource, @unchecked Sendable {
  private let scheduler: SimulationScheduler
  private let start: Timestamp
  /// What the wall clock is ahead of the truth.
  var skewMillis: Int64 = 0

  init(scheduler: SimulationScheduler, start: Timestamp) {
    self.scheduler = scheduler
    self.start = start
  }

  /// The true moment: that of the venue.
  var trueNow: Timestamp { start.adding(milliseconds: Int64(scheduler.now / 1_000_000)) }
  var now: Timestamp { trueNow.adding(milliseconds: skewMillis) }
  var monotonicNanoseconds: UInt64 { scheduler.now }
}
