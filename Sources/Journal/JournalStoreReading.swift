import Foundation
import GRDB

extension JournalStore {
  /// Up to `limit` records from sequence `start` on, in order. Throws `JournalError`.
  public func records(from start: UInt64, limit: Int) throws -> [JournalRecord] {
    try read { try RecordRows.records($0, from: start, limit: limit, directory: directory) }
  }

  /// One record; nil when the journal does not reach so far.
  public func record(_ sequence: UInt64) throws -> JournalRecord? {
    try records(from: sequence, limit: 1).first { $0.sequence == sequence }
  }

  /// Hash of one record; nil when the journal does not reach so far.
  public func hash(of sequence: UInt64) throws -> [UInt8]? { try read { try RecordRows.hash($0, of: sequence) } }

  /// The state stored last; nil when there is none.
  public func state() throws -> [UInt8]? {
    try read { try Data.fetchOne($0, sql: "SELECT bytes FROM state WHERE id = 1") }.map { [UInt8]($0) }
  }

  /// The last record that the stored state contains; nil when there is no state.
  public func stateSequence() throws -> UInt64? {
    try read { try Int64.fetchOne($0, sql: "SELECT sequence FROM state WHERE id = 1") }.map { UInt64(clamping: $0) }
  }

  /// Makes the database refuse to grow, as a full disk does: for tests of what happens then. nil: no such limit.
  package func limitPages(_ pages: Int?) throws {
    try read { _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages ?? 1_073_741_823)") }
  }

  /// Pages of the database at present.
  package func pageCount() throws -> Int { try read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 } }
}
