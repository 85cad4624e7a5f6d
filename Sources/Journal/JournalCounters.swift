/// What a journal writer has done so far.
public struct JournalCounters: Hashable, Sendable {
  /// Records taken into the queue.
  public var enqueued: UInt64 = 0
  /// Records refused because the queue was full.
  public var refusedFull: UInt64 = 0
  /// Records refused because the journal was closed.
  public var refusedClosed: UInt64 = 0
  /// Records refused because their sequence number was not the next.
  public var refusedSequence: UInt64 = 0
  /// Records committed by this writer.
  public var committed: UInt64 = 0
  /// Commits.
  public var batches: UInt64 = 0
  /// Most records in one commit.
  public var largestBatch = 0
  /// Most records that were not yet committed at one moment.
  public var highWater = 0
  /// Failures of the journal.
  public var failures: UInt64 = 0
  /// Recoveries from them.
  public var recoveries: UInt64 = 0
  /// Files that became archives.
  public var rotations = 0
  /// Rotations put off because somebody was reading.
  public var deferredRotations = 0
  /// Time of the last commit, fsync included.
  public var lastCommitMicros: UInt64 = 0
  /// Time of the longest commit.
  public var maxCommitMicros: UInt64 = 0
  /// Time of all commits.
  public var totalCommitMicros: UInt64 = 0
  /// No record yet.
  public init() {}
}
