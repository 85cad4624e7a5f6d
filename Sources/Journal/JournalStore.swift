import Foundation
import GRDB

/// The durable, hash-chained log: a directory with `journal.sqlite`, `head.json`, `lock`, and `archive/` with the files
/// that were full. Confined to one thread.
///
/// A batch is in the journal whole or not at all. A store that failed to write takes nothing until `recover` has shown
/// where the table ends.
public final class JournalStore {
  /// Directory of the journal.
  public let directory: String
  /// When a commit counts.
  public let durability: JournalDurability
  /// When a new file is begun.
  public var rotation = JournalRotation.never
  /// What opening found.
  public internal(set) var openReport = JournalOpenReport()
  /// End of the committed chain.
  public internal(set) var head: JournalHead
  /// Why the store takes nothing; nil: it is well.
  public internal(set) var failure: String?
  /// Files that became archives.
  public internal(set) var rotations = 0
  /// Rotations that were put off because somebody was reading.
  public internal(set) var deferredRotations = 0
  /// Batches between two writes of the head file when durability is relaxed.
  public static let batchesPerHeadRelaxed = 64
  /// Told of every step of a rotation, so that a test can let it die there.
  package var rotationObserver: ((RotationStep) throws -> Void)?

  let lock: DirectoryLock
  let headFile: HeadFile
  var connection: JournalConnection?
  var insert: SQLiteStatement?
  var meta = JournalMeta.first
  var archives: ArchiveReader
  /// Bytes of the journal's file, estimated between two looks.
  var fileBytes = 0
  /// Commits until the next try of a rotation that was put off.
  var commitsUntilRotation = 0
  /// How the journal begins if it is made now.
  private let beginning: JournalMeta
  private var isClosed = false
  private var hasher = ChainHash()
  private var batchesSinceHead = 0
  private var isHeadDue = false

  private init(directory: String, durability: JournalDurability, lock: DirectoryLock, beginning: JournalMeta) {
    self.beginning = beginning
    self.directory = directory
    self.durability = durability
    self.lock = lock
    head = .empty
    headFile = HeadFile(directory: directory)
    archives = ArchiveReader(directory: directory, meta: .first)
  }

  /// Whether the store takes records.
  public var isHealthy: Bool { failure == nil && connection != nil }

  /// Opens the journal in a directory, making both when allowed.
  ///
  /// A head file that is behind the table by committed, unbroken records is brought up to them (the process died between
  /// the two); a rotation that was cut off is undone or completed; a journal of the version before is migrated; anything
  /// else that does not fit is an error.
  /// - Throws: `JournalError`.
  public static func open(
    directory: String, durability: JournalDurability, createIfMissing: Bool = true
  ) throws -> JournalStore {
    try open(directory: directory, durability: durability, createIfMissing: createIfMissing, beginning: .first)
  }

  static func open(
    directory: String, durability: JournalDurability, createIfMissing: Bool, beginning: JournalMeta
  ) throws -> JournalStore {
    let exists = FileManager.default.fileExists(atPath: JournalConnection.path(in: directory))
    guard exists || createIfMissing else { throw JournalError.missing(directory: directory) }
    if !exists { try makeDirectory(directory) }
    let lock = try DirectoryLock(directory: directory)
    let store = JournalStore(directory: directory, durability: durability, lock: lock, beginning: beginning)
    try store.connect { try store.checkTail($0) }
    try store.tidyArchives()
    try store.headFile.write(HeadFile.Content(head: store.head, isClosed: false), isSynced: true)
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

  /// Opens the database, makes or migrates its tables, and has its end checked.
  func connect(_ checkEnd: (Database) throws -> Void) throws {
    try ArchiveFiles(directory: directory).clearUnfinished()
    let fresh = try JournalConnection.writing(directory, durability: durability)
    do {
      try JournalConnection.mapping(fresh.path) {
        try fresh.queue.writeWithoutTransaction { database in
          if try JournalSchema.isEmpty(database) {
            let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
            try JournalSchema.create(database, createdMicros: now, continuing: beginning)
            openReport.wasCreated = true
          }
          try JournalSchema.check(database, path: fresh.path)
          if try JournalSchema.migrate(database, path: fresh.path) { openReport.wasMigrated = true }
          JournalSchema.addIndexes(database)
          meta = try JournalMeta.read(database)
          archives = ArchiveReader(directory: directory, meta: meta)
          try checkEnd(database)
          insert = try SQLiteStatement(database, "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)")
        }
      }
    } catch {
      try? fresh.close()
      throw error
    }
    connection = fresh
    // The tables alone, without a record, are not worth an archive.
    fileBytes = head.count > meta.base.count ? ArchiveFiles.size(fresh.path) : 0
    openReport.archives = archives.list.names.count
    if case .missingArchive(_, let name, _) = archives.list.missing(directory: directory) {
      openReport.missingArchive = name
    }
  }

  private func checkTail(_ database: Database) throws {
    let content: HeadFile.Content?
    do { content = try headFile.read() } catch let error as JournalError {
      throw JournalError.badHead(
        path: headFile.path, reason: "\(error)", tableCount: try RecordRows.lastSequence(database))
    }
    if content == nil, try max(RecordRows.lastSequence(database), meta.base.count) > 0 {
      throw JournalError.badHead(
        path: headFile.path, reason: "the file is missing", tableCount: try RecordRows.lastSequence(database))
    }
    let known = content?.head ?? .empty
    let (end, checked) = try TailCheck(directory: directory, head: known, base: meta.base).run(database)
    let newest = try chained(database).newest(.state, before: .max, limit: 1).first
    try StateProof(directory: directory, meta: meta).check(
      try StateProof.stored(database), newest: newest, isComplete: archives.list.missingThrough == nil)
    openReport.wasClosed = content?.isClosed ?? true
    openReport.count = end.count
    openReport.recordsBeyondHead = end.count - known.count
    openReport.recordsChecked = checked
    head = end
  }

  /// Appends records that continue the journal, and the newest state among them, in one transaction.
  ///
  /// - Throws: `JournalError.wrongSequence` (nothing happened); `.writeFailed` (the store is unhealthy from here on;
  ///   `committed` tells whether the batch is in the table, and `head` agrees); `.unhealthy`; `.closed`.
  public func append(_ batch: [JournalRecord]) throws {
    try commit(batch)
    try writeHead()
  }

  /// The part of `append` after which the batch is safe. `writeHead` must follow.
  func commit(_ batch: [JournalRecord]) throws {
    if let failure { throw JournalError.unhealthy(reason: failure) }
    guard let connection, let insert else { throw JournalError.closed }
    var expected = head.count + 1
    for record in batch {
      guard record.sequence == expected else {
        throw JournalError.wrongSequence(expected: expected, found: record.sequence)
      }
      expected += 1
    }
    if batch.isEmpty { return }
    var hash = head.hash
    do {
      try connection.queue.writeWithoutTransaction { database in
        try database.inTransaction(.immediate) {
          for record in batch { hash = try write(record, after: hash, by: insert) }
          if let newest = batch.last(where: { $0.state != nil }), let state = newest.state {
            try database.execute(
              sql: "INSERT OR REPLACE INTO state VALUES (1, ?, ?)",
              arguments: [Int64(clamping: newest.sequence), Data(state)])
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
    // 64: hash, kind, numbers, and what SQLite keeps of a row.
    fileBytes += record.payload.count + (record.latency?.count ?? 0) + 64
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

  func fail(_ reason: String, committed: Bool) -> JournalError {
    failure = reason
    return .writeFailed(directory: directory, reason: reason, committed: committed)
  }

  /// Opens the database anew after a failure and finds out where the table ends: a batch whose commit was reported as
  /// failed may still be there, and after a failed fsync nobody knows what is on the disk. So the kernel's copies are
  /// dropped, the chain's end is read and checked, and what the write-ahead log holds is written anew into the database.
  /// On success the store is healthy and `head` is the table's end.
  public func recover() throws {
    guard !isClosed else { throw JournalError.closed }
    do {
      forgetCache()
      releaseConnection()
      forgetCache()
      try connect { database in
        head = try TailCheck(directory: directory, head: head, base: meta.base).run(database).end
        let isBusy = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)").map { $0[0] as Int != 0 }
        if isBusy ?? true {
          throw JournalError.unreadable(
            path: JournalConnection.path(in: directory), reason: "somebody reads it for long")
        }
      }
      try headFile.write(HeadFile.Content(head: head, isClosed: false), isSynced: true)
      isHeadDue = false
      failure = nil
    } catch {
      failure = "\(error)"
      throw error
    }
  }

  private func forgetCache() {
    let path = JournalConnection.path(in: directory)
    DiskCache.forget([path, path + "-wal", headFile.path])
  }

  func releaseConnection() {
    insert?.finalize()
    insert = nil
    try? connection?.close()
    connection = nil
  }

  /// Writes the head file and closes. A store that failed leaves the head as it is. Closing twice is harmless.
  public func close() throws {
    guard !isClosed else { return }
    isClosed = true
    defer { lock.release() }
    let isWell = isHealthy
    insert?.finalize()
    insert = nil
    try connection?.close()
    connection = nil
    if isWell { try headFile.write(HeadFile.Content(head: head, isClosed: true), isSynced: true) }
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
