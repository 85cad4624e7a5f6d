/// What became of the messages of one channel, for metrics.
package struct DeliveryCounts: Sendable, Hashable {
  /// The channel, for example `webhook`.
  package var channel: String
  /// Messages that were delivered.
  package var sent: UInt64
  /// Tries that failed.
  package var failed: UInt64
  /// Messages that nobody will get.
  package var dropped: UInt64
  /// Messages that wait.
  package var waiting: Int

  /// Counts as given.
  package init(channel: String, sent: UInt64, failed: UInt64, dropped: UInt64, waiting: Int) {
    self.channel = channel
    self.sent = sent
    self.failed = failed
    self.dropped = dropped
    self.waiting = waiting
  }
}
