import Foundation
import GRDB

/// One connection to `journal.sqlite`.
final class JournalConnection {
  let directory: String
  let queue: DatabaseQueue
  var path: String { Self.path(in: directory) }

  static func path(in directory: String) -> String { directory + "/journal.sqlite" }

  private init(directory: String, queue: DatabaseQueue) {
    self.directory = directory
    self.queue = queue
  }

  /// A connection that writes. Makes the file when there is none.
  static func writing(_ directory: String, durability: JournalDurability) throws -> JournalConnection {
    var configuration = Configuration()
    configuration.label = "journal"
    configuration.busyMode = .timeout(2)
    configuration.journalMode = .wal
    // Takes effect only while the file is new: a batch of decisions then fills few pages.
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = 8192") }
    let path = path(in: directory)
    return try mapping(path) {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { database in
        let pages = durability == .full ? 1000 : 8000
        try database.execute(
          sql: """
            PRAGMA synchronous = \(durability == .full ? "FULL" : "OFF");
            PRAGMA cache_size = -16384;
            PRAGMA temp_store = MEMORY;
            PRAGMA wal_autocheckpoint = \(pages);
            """)
      }
      return JournalConnection(directory: directory, queue: queue)
    }
  }

  /// A connection that only reads, beside a writer or without one. Throws `JournalError.missing`, `.unreadable`,
  /// `.unknownSchema`.
  static func reading(_ directory: String) throws -> JournalConnection {
    let path = path(in: directory)
    guard FileManager.default.fileExists(atPath: path) else { throw JournalError.missing(directory: directory) }
    var configuration = Configuration()
    configuration.label = "journal-reader"
    configuration.readonly = true
    configuration.busyMode = .timeout(2)
    return try mapping(path) {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { try JournalSchema.check($0, path: path) }
      return JournalConnection(directory: directory, queue: queue)
    }
  }

  /// Runs `body` in one read transaction: what it sees does not move.
  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.mapping(path) { try queue.read(body) }
  }

  func close() throws { try Self.mapping(path) { try queue.close() } }

  /// Errors of the database become errors of the journal.
  static func mapping<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as DatabaseError {
      throw JournalError.unreadable(path: path, reason: reason(error))
    }
  }

  static func reason(_ error: any Error) -> String {
    guard let error = error as? DatabaseError else { return "\(error)" }
    return "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
  }
}
