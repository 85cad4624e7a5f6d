import Core
import Foundation
import GRDB

/// Questions to a journal, its archives included, also while it is being written. Confined to one thread.
///
/// While a query is there the journal is not rotated: keep none for long.
public final class JournalQuery {
  /// Most records that `following` returns.
  public static let followingLimit = 256
  private let connection: JournalConnection
  private let meta: JournalMeta
  private let chained: ChainedReading

  /// Opens the journal in a directory for reading. Throws `JournalError`.
  public init(directory: String) throws {
    let connection = try JournalConnection.reading(directory)
    let meta = try connection.read { try JournalMeta.read($0) }
    self.connection = connection
    self.meta = meta
    chained = ChainedReading(
      directory: directory, base: meta.base.count, archives: ArchiveReader(directory: directory, meta: meta)
    ) { try connection.read($0) }
  }

  deinit { try? connection.close() }

  /// Directory of the journal.
  var directory: String { connection.directory }
  /// From the record after this one on, every stored state is named by a record.
  var statesChainedAfter: UInt64 { meta.statesChainedAfter }

  /// End of the chain after a record, or before the first one that is there; nil: no such record.
  func head(of sequence: UInt64) throws -> JournalHead? {
    guard sequence + 1 == firstSequence else {
      return try chained.hash(of: sequence).map { JournalHead(count: sequence, hash: $0) }
    }
    guard let first = chained.archives.list.names.first else { return meta.base }
    return try chained.archives.read(first) { try JournalMeta.read($0).base }
  }

  /// The newest decision; nil when there is none.
  public func lastDecision() throws -> JournalRecord? { try last(.decision) }

  /// The newest record of a kind; nil when there is none.
  public func last(_ kind: RecordKind) throws -> JournalRecord? {
    try chained.newest(kind, before: .max, limit: 1).first
  }

  /// Up to `limit` records of a kind before sequence `end`, newest first.
  public func newest(_ kind: RecordKind, before end: UInt64 = .max, limit: Int) throws -> [JournalRecord] {
    try chained.newest(kind, before: end, limit: limit)
  }

  /// Up to `limit` records of a kind after sequence `start`, in order.
  public func records(of kind: RecordKind, after start: UInt64, limit: Int) throws -> [JournalRecord] {
    try chained.records(of: kind, after: start, limit: limit)
  }

  /// Every record of a kind after sequence `start` and before `end`, in order, read in pieces.
  public func each(
    _ kind: RecordKind, after start: UInt64, before end: UInt64 = .max, _ body: (JournalRecord) throws -> Void
  ) throws {
    let batch = 1000
    var after = start
    while true {
      let part = try records(of: kind, after: after, limit: batch)
      for record in part {
        guard record.sequence < end else { return }
        try body(record)
      }
      guard let last = part.last, part.count == batch else { return }
      after = last.sequence
    }
  }

  /// The first record that is there: 1 unless old archives were removed.
  public var firstSequence: UInt64 { (chained.archives.list.names.first?.first ?? meta.base.count + 1) }

  /// The first record that was made at a moment or later, by the wall clock: a hint, for that clock can be set. One beyond
  /// the newest when all are older.
  public func firstSequence(madeFrom moment: Timestamp) throws -> UInt64 {
    var (low, high) = (firstSequence, try lastSequence() + 1)
    while low < high {
      let middle = low + (high - low) / 2
      guard let record = try record(middle) else { return low }
      if record.wallMicros / 1000 >= moment.milliseconds { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Sequence number of the newest record; 0 for an empty journal.
  public func lastSequence() throws -> UInt64 {
    try max(connection.read { try RecordRows.lastSequence($0) }, meta.base.count)
  }

  /// One record; nil when there is none.
  public func record(_ sequence: UInt64) throws -> JournalRecord? {
    try records(from: sequence, limit: 1).first { $0.sequence == sequence }
  }

  /// Up to `limit` records from sequence `start` on, in order.
  public func records(from start: UInt64, limit: Int) throws -> [JournalRecord] {
    try chained.records(from: start, limit: limit)
  }

  /// A decision by its id; nil when that record is missing or of another kind.
  public func decision(_ id: DecisionID) throws -> JournalRecord? {
    guard let record = try record(id.sequence), record.kind == .decision else { return nil }
    return record
  }

  /// What a decision led to: intents, outcomes, reports, order states and fills that name it or one of its orders, in
  /// order, at most `followingLimit`, among the next `within` records.
  public func following(_ id: DecisionID, within records: UInt64 = .max) throws -> [JournalRecord] {
    let end = id.sequence.addingReportingOverflow(records)
    var sequences: [Int64] = []
    try chained.forEachFile { database in
      guard sequences.count < Self.followingLimit else { return }
      sequences += try Int64.fetchAll(
        database,
        sql: """
          SELECT sequence FROM record WHERE sequence > ? AND sequence <= ?
          AND kind IN ('intent', 'outcome', 'report', 'order', 'fill') AND (instr(payload, ?) OR instr(payload, ?))
          ORDER BY sequence LIMIT \(Self.followingLimit - sequences.count)
          """,
        arguments: [
          Int64(clamping: id.sequence), Int64(clamping: end.overflow ? .max : end.partialValue),
          Data("\"decision_id\":\"\(id)\"".utf8), Data("_id\":\"h\(id.sequence)-".utf8),
        ])
    }
    return try sequences.compactMap { try record(UInt64(clamping: $0)) }
  }

  /// Records of each kind, in the order of `RecordKind.allCases`; kinds without records are left out.
  public func counts() throws -> [(kind: RecordKind, count: Int)] {
    var counts: [String: Int] = [:]
    try chained.forEachFile { database in
      for row in try Row.fetchAll(database, sql: "SELECT kind, count(*) AS n FROM record GROUP BY kind") {
        counts[row["kind"] as String, default: 0] += row["n"] as Int
      }
    }
    return RecordKind.allCases.compactMap { kind in counts[kind.rawValue].map { (kind, $0) } }
  }

  /// The stored state; nil when there is none.
  public func state() throws -> [UInt8]? { try connection.read { try StateProof.stored($0) }?.bytes }

  /// Throws `JournalError.foreignState` unless the stored state is the one that the chain names last.
  public func proveState() throws {
    let isComplete = chained.archives.list.missingThrough == nil
    let newest = try last(.state)
    try connection.read { database in
      try StateProof(directory: connection.directory, meta: meta).check(
        try StateProof.stored(database), newest: newest, isComplete: isComplete)
    }
  }

  /// The journal's files, oldest first, the one that is written last.
  public func files() -> [JournalFile] {
    chained.archives.list.names.map {
      JournalFile(
        name: "\(ArchiveName.directory)/\($0)", firstSequence: $0.first,
        byteCount: ArchiveFiles.size($0.path(in: connection.directory)))
    } + [
      JournalFile(
        name: "journal.sqlite", firstSequence: meta.base.count + 1,
        byteCount: ArchiveFiles.size(connection.path) + ArchiveFiles.size(connection.path + "-wal"))
    ]
  }

  /// Last record of the archives that were removed on purpose; 0: none was.
  public var removedThrough: UInt64 { meta.removedThrough }

  /// The error that names an archive which should be there; nil: none is missing.
  public var missingArchive: JournalError? { chained.archives.list.missing(directory: connection.directory) }
}

/// One file of a journal.
public struct JournalFile: Hashable, Sendable {
  /// Its place below the journal's directory.
  public var name: String
  /// Sequence number of its first record, or of the one that will be.
  public var firstSequence: UInt64
  /// Its size, with the write-ahead log.
  public var byteCount: Int
}
