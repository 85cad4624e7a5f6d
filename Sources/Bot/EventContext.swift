import Core

/// What travels with an event through the stages.
public struct EventContext: Sendable {
  /// Sequence number of the input record that set the event off.
  public var input: UInt64
  /// The moment it is judged at.
  public var at: Timestamp
  /// When it came in, for latencies.
  public var startedNanoseconds: UInt64

  /// A context as given.
  public init(input: UInt64, at: Timestamp, startedNanoseconds: UInt64) {
    self.input = input
    self.at = at
    self.startedNanoseconds = startedNanoseconds
  }
}
