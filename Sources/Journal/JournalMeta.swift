import Foundation
import GRDB

/// How a journal's file continues the one before it.
struct JournalMeta: Hashable, Sendable {
  /// End of the chain before the file's first record.
  var base: JournalHead
  /// Name of the archive file that ends there; nil: there is none.
  var previous: String?
  /// Last record of the archives that were removed on purpose; 0: none was.
  var removedThrough: UInt64
  /// From the record after this one on, every stored state is named by a record.
  var statesChainedAfter: UInt64

  /// A journal's first file.
  static let first = JournalMeta(base: .empty, previous: nil, removedThrough: 0, statesChainedAfter: 0)

  var baseHashData: Data { Data(base.hash) }

  /// What stands in a file; `first` for a file of the version that knew no archives.
  static func read(_ database: Database) throws -> JournalMeta {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM meta WHERE id = 1"), row.hasColumn("base_sequence")
    else {
      var old = first
      old.statesChainedAfter = .max
      return old
    }
    return JournalMeta(
      base: JournalHead(
        count: UInt64(clamping: row["base_sequence"] as Int64), hash: [UInt8](row["base_hash"] as Data)),
      previous: row["previous"], removedThrough: UInt64(clamping: row["removed_through"] as Int64),
      statesChainedAfter: UInt64(clamping: row["states_chained_after"] as Int64))
  }
}
