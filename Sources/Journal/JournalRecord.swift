/// One entry of the journal. Sequence, kind and payload are chained by hash; the rest lies beside them.
public struct JournalRecord: Hashable, Sendable {
  /// Place in the journal, from 1, without holes.
  public var sequence: UInt64
  /// What the record is about.
  public var kind: RecordKind
  /// Canonical JSON, UTF-8: event time and content only.
  public var payload: [UInt8]
  /// Wall-clock time at which the record was made, microseconds since 1970. Not chained.
  public var wallMicros: Int64
  /// Latencies as JSON. Not chained.
  public var latency: [UInt8]?
  /// The stages' state that a `state` record names by its hash: stored beside the chain, in place of the one before.
  /// Not given back when the record is read.
  public var state: [UInt8]?

  /// A record as given.
  public init(
    sequence: UInt64, kind: RecordKind, payload: [UInt8], wallMicros: Int64 = 0, latency: [UInt8]? = nil,
    state: [UInt8]? = nil
  ) {
    self.sequence = sequence
    self.kind = kind
    self.payload = payload
    self.wallMicros = wallMicros
    self.latency = latency
    self.state = state
  }
}

/// The end of the chain: how many records there are and the hash of the last.
public struct JournalHead: Hashable, Sendable {
  /// Records in the journal; the sequence number of the last one.
  public var count: UInt64
  /// SHA-256 of the chain up to the last record; 32 zero bytes for an empty journal.
  public var hash: [UInt8]

  /// A head as given.
  public init(count: UInt64, hash: [UInt8]) {
    self.count = count
    self.hash = hash
  }

  /// The head of an empty journal.
  public static let empty = JournalHead(count: 0, hash: ChainHash.start)
}

/// When a commit counts.
public enum JournalDurability: String, Sendable, Codable {
  /// After fsync: survives a power cut. For trading.
  case full
  /// After the write: survives the death of the process, not of the machine. For backtests and replays.
  case relaxed
}

/// What `JournalStore.open` found.
public struct JournalOpenReport: Hashable, Sendable {
  /// Whether the journal was made just now.
  public var wasCreated = false
  /// Whether the last run closed it in order.
  public var wasClosed = true
  /// Records in the journal.
  public var count: UInt64 = 0
  /// Committed records that the head file did not know yet; the head was brought up to them.
  public var recordsBeyondHead: UInt64 = 0
  /// Records at the end whose hashes were checked.
  public var recordsChecked = 0
  /// Whether the journal was of the version before and was brought to this one.
  public var wasMigrated = false
  /// Archive files that the journal continues.
  public var archives = 0
  /// An archive file that should be there and is not; nil: none is missing.
  public var missingArchive: String?
}
