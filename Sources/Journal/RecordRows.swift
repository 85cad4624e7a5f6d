import Foundation
import GRDB

/// The record table, row by row.
struct RecordRows {
  private static let columns = "sequence, kind, payload, hash, wall_micros, latency"

  /// One row as it is stored, valid until the next step.
  struct Row {
    let statement: SQLiteStatement
    var sequence: Int64 { statement.integer(0) }
    var kindText: String { statement.text(1) }
    var hash: [UInt8] { statement.bytes(3) }

    func withKindAndPayload<Result>(
      _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
      try statement.withBytes(1) { kind in try statement.withBytes(2) { try body(kind, $0) } }
    }

    /// The record; throws `JournalError.damaged` when the row cannot be one.
    func record(directory: String) throws -> JournalRecord {
      guard let sequence = UInt64(exactly: sequence), sequence > 0, let kind = RecordKind(rawValue: kindText) else {
        throw JournalError.damaged(
          directory: directory, sequence: UInt64(clamping: self.sequence), reason: "no kind \"\(kindText)\"")
      }
      return JournalRecord(
        sequence: sequence, kind: kind, payload: statement.bytes(2), wallMicros: statement.integer(4),
        latency: statement.isNull(5) ? nil : statement.bytes(5))
    }
  }

  /// Calls `body` for every row from `start` on, in order, until it returns false.
  static func forEach(_ database: Database, from start: Int64, _ body: (Row) throws -> Bool) throws {
    let statement = try SQLiteStatement(
      database, "SELECT \(columns) FROM record WHERE sequence >= ? ORDER BY sequence")
    defer { statement.finalize() }
    try statement.bind(1, start)
    while try statement.step() {
      guard try body(Row(statement: statement)) else { return }
    }
  }

  /// Up to `limit` records from `start` on.
  static func records(
    _ database: Database, from start: UInt64, limit: Int, directory: String
  ) throws -> [JournalRecord] {
    var records: [JournalRecord] = []
    guard limit > 0, let start = Int64(exactly: start) else { return records }
    try forEach(database, from: start) { row in
      records.append(try row.record(directory: directory))
      return records.count < limit
    }
    return records
  }

  /// Up to `limit` records of a kind before sequence `end`, newest first. The kinds that have an index are found at once.
  static func newest(
    _ database: Database, _ kind: RecordKind, before end: UInt64, limit: Int, directory: String
  ) throws -> [JournalRecord] {
    var records: [JournalRecord] = []
    guard limit > 0 else { return records }
    let statement = try SQLiteStatement(
      database, "SELECT \(columns) FROM record WHERE \(isOf(kind)) AND sequence < ? ORDER BY sequence DESC LIMIT ?")
    defer { statement.finalize() }
    try statement.bind(1, Int64(clamping: end))
    try statement.bind(2, Int64(limit))
    while try statement.step() { records.append(try Row(statement: statement).record(directory: directory)) }
    return records
  }

  /// Up to `limit` records of a kind after sequence `start`, in order.
  static func records(
    _ database: Database, of kind: RecordKind, after start: UInt64, limit: Int, directory: String
  ) throws -> [JournalRecord] {
    var records: [JournalRecord] = []
    guard limit > 0 else { return records }
    let statement = try SQLiteStatement(
      database, "SELECT \(columns) FROM record WHERE \(isOf(kind)) AND sequence > ? ORDER BY sequence LIMIT ?")
    defer { statement.finalize() }
    try statement.bind(1, Int64(clamping: start))
    try statement.bind(2, Int64(limit))
    while try statement.step() { records.append(try Row(statement: statement).record(directory: directory)) }
    return records
  }

  /// The condition of a kind. It stands in the text: only then does SQLite see that a partial index holds all of it.
  private static func isOf(_ kind: RecordKind) -> String {
    let condition = "kind = '\(kind.rawValue)'"
    return JournalSchema.rareKinds.contains(kind) ? "\(condition) AND \(JournalSchema.isRare)" : condition
  }

  /// The stored hash of a record; nil when there is no such record.
  static func hash(_ database: Database, of sequence: UInt64) throws -> [UInt8]? {
    try Data.fetchOne(
      database, sql: "SELECT hash FROM record WHERE sequence = ?", arguments: [Int64(clamping: sequence)]
    ).map { [UInt8]($0) }
  }

  /// Sequence number of the last row, 0 for an empty table.
  static func lastSequence(_ database: Database) throws -> UInt64 {
    UInt64(clamping: try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM record") ?? 0)
  }
}
