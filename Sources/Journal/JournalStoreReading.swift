import Foundation
import GRDB

extension JournalStore {
  /// All files as one table, with `database` as the journal's own.
  func chained(_ database: Database) -> ChainedReading {
    ChainedReading(directory: directory, base: meta.base.count, archives: archives) { try $0(database) }
  }

  private var chained: ChainedReading {
    ChainedReading(directory: directory, base: meta.base.count, archives: archives) { try self.read($0) }
  }

  /// Up to `limit` records from sequence `start` on, in order, archives included. Throws `JournalError`.
  public func records(from start: UInt64, limit: Int) throws -> [JournalRecord] {
    try chained.records(from: start, limit: limit)
  }

  /// Up to `limit` records of a kind before sequence `end`, newest first, archives included. Quick for bars, sessions and
  /// states whatever the journal's size.
  public func newest(_ kind: RecordKind, before end: UInt64 = .max, limit: Int) throws -> [JournalRecord] {
    try chained.newest(kind, before: end, limit: limit)
  }

  /// One record; nil when the journal does not reach so far.
  public func record(_ sequence: UInt64) throws -> JournalRecord? {
    try records(from: sequence, limit: 1).first { $0.sequence == sequence }
  }

  /// Hash of one record; nil when the journal does not reach so far.
  public func hash(of sequence: UInt64) throws -> [UInt8]? { try chained.hash(of: sequence) }

  /// The state stored last; nil when there is none.
  public func state() throws -> [UInt8]? { try read { try StateProof.stored($0) }?.bytes }

  /// The `state` record that names the stored state; nil when there is no state.
  public func stateSequence() throws -> UInt64? { try read { try StateProof.stored($0) }?.sequence }

  /// Makes the database refuse to grow, as a full disk does: for tests of what happens then. nil: no such limit.
  package func limitPages(_ pages: Int?) throws {
    try read { _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages ?? 1_073_741_823)") }
  }

  /// Pages of the database at present.
  package func pageCount() throws -> Int { try read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 } }
}
