import Core

/// What travels with an event through the stages.
package struct EventContext: Sendable {
  /// Sequence number of the input record that set the event off.
  package var input: UInt64
  /// The moment it is judged at.
  package var at: Timestamp
  /// When it came in, for latencies.
  package var startedNanoseconds: UInt64

  /// A context as given.
  package init(input: UInt64, at: Timestamp, startedNanoseconds: UInt64) {
    self.input = input
    self.at = at
    self.startedNanoseconds = startedNanoseconds
  }
}
