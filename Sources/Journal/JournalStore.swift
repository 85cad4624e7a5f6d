import Foundation
import GRDB

/// The durable, hash-chained log: a directory with `journal.sqlite`, `head.json` and `lock`. Confined to one thread.
///
/// A batch is in the journal whole or not at all. A store that failed to write takes nothing until `recover` has shown
/// where the table ends.
public final class JournalStore {
  /// Directory of the journal.
  public let directory: String
  /// When a commit counts.
  public let durability: JournalDurability
  /// What opening found.
  public internal(set) var openReport = JournalOpenReport()
  /// End of the committed chain.
  public private(set) var head: JournalHead
  /// Why the store takes nothing; nil: it is well.
  public private(set) var failure: String?
  /// Batches between two writes of the head file when durability is relaxed.
  public static let batchesPerHeadRelaxed = 64

  private let lock: DirectoryLock
  private let headFile: HeadFile
  private var connection: JournalConnection?
  private var insert: SQLiteStatement?
  private var hasher = ChainHash()
  private var batchesSinceHead = 0
  private var isHeadDue = false

  private init(directory: String, durability: JournalDurability, lock: DirectoryLock, head: JournalHead) {
    self.directory = directory
    self.durability = durability
    self.lock = lock
    self.head = head
    headFile = HeadFile(directory: directory)
  }

  /// Whether the store takes records.
  public var isHealthy: Bool { failure == nil && connection != nil }

  /// Opens the journal in a directory, making both when allowed.
  ///
  /// A head file that is behind the table by committed, unbroken records is brought up to them (the process died between
  /// the two); anything else that does not fit is an error.
  /// - Throws: `JournalError`.
  public static func open(
    directory: String, durability: JournalDurability, createIfMissing: Bool = true
  ) throws -> JournalStore {
    let exists = FileManager.default.fileExists(atPath: JournalConnection.path(in: directory))
    guard exists || createIfMissing else { throw JournalError.missing(directory: directory) }
    if !exists { try makeDirectory(directory) }
    let lock = try DirectoryLock(directory: directory)
    let connection = try JournalConnection.writing(directory, durability: durability)
    let store = JournalStore(directory: directory, durability: durability, lock: lock, head: .empty)
    do { try store.adopt(connection) } catch {
      try? connection.close()
      throw error
    }
    return store
  }

  private static func makeDirectory(_ directory: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw JournalError.file(path: directory, operation: "making the directory", reason: "\(error)")
    }
  }

  private func adopt(_ connection: JournalConnection) throws {
    try JournalConnection.mapping(connection.path) {
      try connection.queue.writeWithoutTransaction { database in
        if try JournalSchema.isEmpty(database) {
          let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
          try JournalSchema.create(database, createdMicros: now)
          openReport.wasCreated = true
        }
        try JournalSchema.check(database, path: connection.path)
        try checkTail(database)
        insert = try SQLiteStatement(database, "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)")
      }
    }
    self.connection = connection
    try headFile.write(HeadFile.Content(head: head, isClosed: false), isSynced: true)
  }

  private func checkTail(_ database: Database) throws {
    let content: HeadFile.Content?
    do { content = try headFile.read() } catch let error as JournalError {
      throw JournalError.badHead(
        path: headFile.path, reason: "\(error)", tableCount: try RecordRows.lastSequence(database))
    }
    if content == nil, try RecordRows.lastSequence(database) > 0 {
      throw JournalError.badHead(
        path: headFile.path, reason: "the file is missing", tableCount: try RecordRows.lastSequence(database))
    }
    let known = content?.head ?? .empty
    let (end, checked) = try TailCheck(directory: directory, head: known).run(database)
    openReport.wasClosed = content?.isClosed ?? true
    openReport.count = end.count
    openReport.recordsBeyondHead = end.count - known.count
    openReport.recordsChecked = checked
    head = end
  }

  /// Appends records that continue the journal, and the state that belongs to them, in one transaction.
  ///
  /// - Parameters:
  ///   - state: replaces the stored state when given.
  ///   - stateSequence: last record that the state contains; nil: the last of the batch.
  /// - Throws: `JournalError.wrongSequence` (nothing happened); `.writeFailed` (the store is unhealthy from here on;
  ///   `committed` tells whether the batch is in the table, and `head` agrees); `.unhealthy`; `.closed`.
  public func append(_ batch: [JournalRecord], state: [UInt8]?, stateSequence: UInt64? = nil) throws {
    try commit(batch, state: state, stateSequence: stateSequence)
    try writeHead()
  }

  /// The part of `append` after which the batch is safe. `writeHead` must follow.
  func commit(_ batch: [JournalRecord], state: [UInt8]?, stateSequence: UInt64?) throws {
    guard let connection, let insert else { throw JournalError.closed }
    if let failure { throw JournalError.unhealthy(reason: failure) }
    var expected = head.count + 1
    for record in batch {
      guard record.sequence == expected else {
        throw JournalError.wrongSequence(expected: expected, found: record.sequence)
      }
      expected += 1
    }
    if batch.isEmpty && state == nil { return }
    var hash = head.hash
    do {
      try connection.queue.writeWithoutTransaction { database in
        try database.inTransaction(.immediate) {
          for record in batch { hash = try write(record, after: hash, by: insert) }
          if let state {
            let sequence = Int64(clamping: stateSequence ?? head.count + UInt64(batch.count))
            try database.execute(
              sql: "INSERT OR REPLACE INTO state VALUES (1, ?, ?)", arguments: [sequence, Data(state)])
          }
          return .commit
        }
      }
    } catch {
      throw fail(JournalConnection.reason(error), committed: false)
    }
    head = JournalHead(count: head.count + UInt64(batch.count), hash: hash)
    isHeadDue = true
  }

  private func write(
    _ record: JournalRecord, after previous: [UInt8], by insert: SQLiteStatement
  ) throws -> [UInt8] {
    let hash = hasher.next(after: previous, record)
    defer { insert.reset() }
    try insert.bind(1, Int64(clamping: record.sequence))
    try insert.bind(2, text: record.kind.rawValue)
    try insert.bind(3, blob: record.payload)
    try insert.bind(4, blob: hash)
    try insert.bind(5, record.wallMicros)
    try insert.bind(6, blob: record.latency)
    _ = try insert.step()
    return hash
  }

  /// Brings the head file to the committed end; with relaxed durability only now and then.
  func writeHead() throws {
    guard isHeadDue else { return }
    isHeadDue = false
    batchesSinceHead += 1
    if durability == .relaxed && batchesSinceHead < Self.batchesPerHeadRelaxed { return }
    do {
      try headFile.write(HeadFile.Content(head: head, isClosed: false), isSynced: durability == .full)
      batchesSinceHead = 0
    } catch {
      throw fail("\(error)", committed: true)
    }
  }

  private func fail(_ reason: String, committed: Bool) -> JournalError {
    failure = reason
    return .writeFailed(directory: directory, reason: reason, committed: committed)
  }

  /// Opens the database anew after a failure and finds out where the table ends: a batch whose commit was reported as
  /// failed may still be there. On success the store is healthy and `head` is the table's end.
  public func recover() throws {
    guard connection != nil else { throw JournalError.closed }
    try releaseConnection()
    do {
      let fresh = try JournalConnection.writing(directory, durability: durability)
      connection = fresh
      try JournalConnection.mapping(fresh.path) {
        try fresh.queue.writeWithoutTransaction { database in
          try JournalSchema.check(database, path: fresh.path)
          head = try TailCheck(directory: directory, head: head).run(database).end
          insert = try SQLiteStatement(database, "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)")
        }
      }
      try headFile.write(HeadFile.Content(head: head, isClosed: false), isSynced: true)
      failure = nil
    } catch {
      failure = "\(error)"
      throw error
    }
  }

  private func releaseConnection() throws {
    insert?.finalize()
    insert = nil
    try connection?.close()
  }

  /// Writes the head file and closes. A store that failed leaves the head as it is. Closing twice is harmless.
  public func close() throws {
    guard connection != nil else { return }
    defer {
      connection = nil
      lock.release()
    }
    try releaseConnection()
    if failure == nil { try headFile.write(HeadFile.Content(head: head, isClosed: true), isSynced: true) }
  }

  deinit {
    insert?.finalize()
    try? connection?.close()
  }

  /// Runs `body` on the store's own connection.
  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    guard let connection else { throw JournalError.closed }
    return try connection.read(body)
  }
}
