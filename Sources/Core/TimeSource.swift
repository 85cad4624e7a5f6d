import Synchronization

/// Where the bot gets time from: the system's clocks when live, a virtual clock in replays, backtests and tests.
public protocol TimeSource: Sendable {
  /// The moment in UTC.
  var now: Timestamp { get }
  /// Nanoseconds of a clock that never jumps; only differences mean anything.
  var monotonicNanoseconds: UInt64 { get }
}

/// A clock that stands still until it is moved.
public final class VirtualTime: TimeSource {
  private let milliseconds: Atomic<Int64>

  /// A clock that shows `start`.
  public init(start: Timestamp = Timestamp(milliseconds: 0)) { milliseconds = Atomic(start.milliseconds) }

  /// The moment that the clock was set to.
  public var now: Timestamp { Timestamp(milliseconds: milliseconds.load(ordering: .relaxed)) }
  /// The same moment in nanoseconds: it jumps only where `set` does.
  public var monotonicNanoseconds: UInt64 { UInt64(bitPattern: now.milliseconds) &* 1_000_000 }

  /// Moves the clock. Moving it backwards is allowed: wall clocks do so too.
  public func set(_ moment: Timestamp) { milliseconds.store(moment.milliseconds, ordering: .relaxed) }
}
