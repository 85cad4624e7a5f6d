import Core
import Foundation
import GRDB

/// Questions to a journal, also while it is being written. Confined to one thread.
public final class JournalQuery {
  /// Most records that `following` returns.
  public static let followingLimit = 256
  private let connection: JournalConnection

  /// Opens the journal in a directory for reading. Throws `JournalError`.
  public init(directory: String) throws { connection = try JournalConnection.reading(directory) }

  deinit { try? connection.close() }

  /// The newest decision; nil when there is none.
  public func lastDecision() throws -> JournalRecord? { try last(.decision) }

  /// The newest record of a kind; nil when there is none.
  public func last(_ kind: RecordKind) throws -> JournalRecord? {
    let sequence = try connection.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT sequence FROM record WHERE kind = ? ORDER BY sequence DESC LIMIT 1",
        arguments: [kind.rawValue])
    }
    return try sequence.flatMap { try record(UInt64(clamping: $0)) }
  }

  /// One record; nil when there is none.
  public func record(_ sequence: UInt64) throws -> JournalRecord? {
    try records(from: sequence, limit: 1).first { $0.sequence == sequence }
  }

  /// Up to `limit` records from sequence `start` on, in order.
  public func records(from start: UInt64, limit: Int) throws -> [JournalRecord] {
    try connection.read {
      try RecordRows.records($0, from: start, limit: limit, directory: connection.directory)
    }
  }

  /// A decision by its id; nil when that record is missing or of another kind.
  public func decision(_ id: DecisionID) throws -> JournalRecord? {
    guard let record = try record(id.sequence), record.kind == .decision else { return nil }
    return record
  }

  /// What a decision led to: intents, outcomes, reports, order states and fills that name it or one of its orders, in
  /// order, at most `followingLimit`.
  public func following(_ id: DecisionID) throws -> [JournalRecord] {
    let sequences = try connection.read { database in
      try Int64.fetchAll(
        database,
        sql: """
          SELECT sequence FROM record WHERE sequence > ?
          AND kind IN ('intent', 'outcome', 'report', 'order', 'fill') AND (instr(payload, ?) OR instr(payload, ?))
          ORDER BY sequence LIMIT \(Self.followingLimit)
          """,
        arguments: [
          Int64(clamping: id.sequence), Data("\"decision_id\":\"\(id)\"".utf8), Data("_id\":\"h\(id.sequence)-".utf8),
        ])
    }
    return try sequences.compactMap { try record(UInt64(clamping: $0)) }
  }

  /// Records of each kind, in the order of `RecordKind.allCases`; kinds without records are left out.
  public func counts() throws -> [(kind: RecordKind, count: Int)] {
    let counts = try connection.read { database in
      try Row.fetchAll(database, sql: "SELECT kind, count(*) AS n FROM record GROUP BY kind").map {
        (kind: $0["kind"] as String, count: $0["n"] as Int)
      }
    }
    return RecordKind.allCases.compactMap { kind in
      counts.first { $0.kind == kind.rawValue }.map { (kind, $0.count) }
    }
  }

  /// The stored state; nil when there is none.
  public func state() throws -> [UInt8]? {
    try connection.read { try Data.fetchOne($0, sql: "SELECT bytes FROM state WHERE id = 1") }.map { [UInt8]($0) }
  }
}
