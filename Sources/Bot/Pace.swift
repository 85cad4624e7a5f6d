import Core

/// How fast bars come.
package enum Pace: Sendable, Equatable {
  /// As fast as they are worked off, in virtual time: depth is bounded by segments, never by elapsed time.
  case unlimited
  /// A bar clock of so many steps a second: a recording's own time has no meaning on the wall clock.
  case barsPerSecond(Double)
  /// At the close of each bar on the wall clock.
  case wallClock

  /// Whether elapsed time plays no part.
  package var isVirtual: Bool { self == .unlimited }
}

/// The moment an event is judged at.
///
/// In virtual time that is the close of the newest bar. A paced recording's time goes on from there with the wall clock,
/// so that late data are late. The simulated market in real time has the wall clock's time.
package struct EventClock: Sendable {
  private let pace: Pace
  private let time: any TimeSource
  private var anchor: (event: Timestamp, monotonicNanoseconds: UInt64)?

  /// A clock for one run.
  package init(pace: Pace, time: any TimeSource) {
    self.pace = pace
    self.time = time
  }

  /// A bar has come.
  package mutating func barClosed(at close: Timestamp) {
    switch pace {
    case .unlimited: anchor = (close, 0)
    case .barsPerSecond: anchor = (close, time.monotonicNanoseconds)
    case .wallClock: return
    }
  }

  /// Now, as the stages are told.
  package var now: Timestamp {
    switch pace {
    case .wallClock: return time.now
    case .unlimited: return anchor?.event ?? Timestamp(milliseconds: 0)
    case .barsPerSecond:
      guard let anchor else { return Timestamp(milliseconds: 0) }
      let elapsed = time.monotonicNanoseconds &- anchor.monotonicNanoseconds
      return anchor.event.adding(milliseconds: Int64(elapsed / 1_000_000))
    }
  }
}
