import Foundation
import GRDB

/// Whether the stored state is the one that the chain names last.
struct StateProof {
  let directory: String
  let meta: JournalMeta

  /// The stored state and the last record that it contains; nil when there is none.
  static func stored(_ database: Database) throws -> (sequence: UInt64, bytes: [UInt8])? {
    guard let row = try Row.fetchOne(database, sql: "SELECT sequence, bytes FROM state WHERE id = 1") else {
      return nil
    }
    return (UInt64(clamping: row["sequence"] as Int64), [UInt8](row["bytes"] as Data))
  }

  /// Throws `JournalError.foreignState`. `newest` is the newest `state` record, archives included; `isComplete` is
  /// false when archives are missing, so that there may be one that is not known.
  func check(_ stored: (sequence: UInt64, bytes: [UInt8])?, newest: JournalRecord?, isComplete: Bool) throws {
    guard let newest else {
      // A state from before states were chained, or one whose record is in an archive that is gone.
      guard let stored, stored.sequence > meta.statesChainedAfter else { return }
      if !isComplete && stored.sequence <= meta.base.count { return }
      throw foreign("no record names it")
    }
    guard let stored else { throw foreign("record \(newest.sequence) names one, and none is stored") }
    guard stored.sequence == newest.sequence else {
      throw foreign("it belongs to record \(stored.sequence), the newest named one to \(newest.sequence)")
    }
    guard try RecordDecoder.state(newest).names(stored.bytes) else {
      throw foreign("its SHA-256 is not that in record \(newest.sequence)")
    }
  }

  private func foreign(_ reason: String) -> JournalError { .foreignState(directory: directory, reason: reason) }
}
