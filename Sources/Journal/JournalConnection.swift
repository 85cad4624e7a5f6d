import Foundation
import GRDB

/// One connection to `journal.sqlite`.
final class JournalConnection {
  let directory: String
  let queue: DatabaseQueue
  let path: String
  /// Keeps the journal from being rotated while somebody reads it.
  private var readersLock: ReadersLock?

  static func path(in directory: String) -> String { directory + "/journal.sqlite" }

  private init(directory: String, path: String, queue: DatabaseQueue, readersLock: ReadersLock? = nil) {
    self.directory = directory
    self.path = path
    self.queue = queue
    self.readersLock = readersLock
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
      return JournalConnection(directory: directory, path: path, queue: queue)
    }
  }

  /// A connection to an archive file. Throws `JournalError.badArchive` when the file does not begin where its name says.
  static func archive(_ directory: String, _ name: ArchiveName) throws -> JournalConnection {
    let path = name.path(in: directory)
    var configuration = Configuration()
    configuration.label = "journal-archive"
    configuration.readonly = true
    return try mapping(path) {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { database in
        try JournalSchema.check(database, path: path)
        let base = try JournalMeta.read(database).base.count
        guard base == name.first - 1 else {
          throw JournalError.badArchive(path: path, reason: "it begins after record \(base)")
        }
      }
      return JournalConnection(directory: directory, path: path, queue: queue)
    }
  }

  /// A connection that only reads, beside a writer or without one. Throws `JournalError.missing`, `.unreadable`,
  /// `.unknownSchema`.
  static func reading(_ directory: String) throws -> JournalConnection {
    let path = path(in: directory)
    guard FileManager.default.fileExists(atPath: path) else { throw JournalError.missing(directory: directory) }
    let readersLock = try ReadersLock.share(directory)
    var configuration = Configuration()
    configuration.label = "journal-reader"
    configuration.readonly = true
    configuration.busyMode = .timeout(2)
    return try mapping(path) {
      let queue = try openForReading(path, configuration)
      return JournalConnection(directory: directory, path: path, queue: queue, readersLock: readersLock)
    }
  }

  private static func openForReading(_ path: String, _ configuration: Configuration) throws -> DatabaseQueue {
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.read { try JournalSchema.check($0, path: path) }
      return queue
    } catch let error as DatabaseError {
      // On a read-only disk SQLite cannot make the files that it shares with a writer. There is none there; with an empty
      // write-ahead log the database is whole without them.
      guard access((path as NSString).deletingLastPathComponent, W_OK) != 0, errno == EROFS || errno == EACCES,
        ArchiveFiles.size(path + "-wal") == 0,
        let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
      else { throw error }
      let queue = try DatabaseQueue(path: "file:\(escaped)?immutable=1", configuration: configuration)
      try queue.read { try JournalSchema.check($0, path: path) }
      return queue
    }
  }

  /// Runs `body` in one read transaction: what it sees does not move.
  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try Self.mapping(path) { try queue.read(body) }
  }

  func close() throws {
    try Self.mapping(path) { try queue.close() }
    readersLock = nil
  }

  /// Errors of the database become errors of the journal.
  static func mapping<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as DatabaseError {
      throw JournalError.unreadable(
        path: path, reason: reason(error),
        isDamaged: error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB)
    }
  }

  static func reason(_ error: any Error) -> String {
    guard let error = error as? DatabaseError else { return "\(error)" }
    return "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
  }
}
