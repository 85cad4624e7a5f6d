import Foundation
import GRDB

extension JournalStore {
  /// Commits between two tries of a rotation that readers put off.
  static let commitsBetweenTries = 256

  /// Begins a new file when the present one has reached its limit. Between two commits only.
  ///
  /// - Throws: `JournalError.writeFailed`; the store is unhealthy from there on, and `recover` finds one whole chain,
  ///   rotated or not.
  @discardableResult
  public func rotateIfDue() throws -> Bool {
    guard rotation.limitBytes > 0, fileBytes >= rotation.limitBytes, isHealthy, head.count > meta.base.count else {
      return false
    }
    guard commitsUntilRotation == 0 else {
      commitsUntilRotation -= 1
      return false
    }
    do {
      if try rotate() { return true }
    } catch {
      releaseConnection()
      throw fail("rotation: \(JournalConnection.reason(error))", committed: true)
    }
    deferredRotations += 1
    commitsUntilRotation = Self.commitsBetweenTries
    return false
  }

  /// Makes the present file an archive now, however small it is. False: it has no record, or somebody reads it.
  ///
  /// - Throws: `JournalError.writeFailed`, as `rotateIfDue`.
  public func rotateNow() throws -> Bool {
    guard isHealthy, head.count > meta.base.count else { return false }
    do { return try rotate() } catch {
      releaseConnection()
      throw fail("rotation: \(JournalConnection.reason(error))", committed: true)
    }
  }

  /// Archives that `prune` would remove.
  public func archives(beyond keptCount: Int) throws -> [PrunedArchive] {
    try prunable(keptCount).map { name in
      guard let hash = try archives.read(name, { try RecordRows.hash($0, of: name.last) }) else {
        throw JournalError.unreadable(path: name.path(in: directory), reason: "record \(name.last) is not in it")
      }
      return PrunedArchive(path: name.path(in: directory), first: name.first, last: name.last, headHash: hash)
    }
  }

  /// Removes the archives beyond the newest `keptCount`. The rest of the chain begins with the hash of the last record
  /// that went, so it can still be tested.
  public func prune(keeping keptCount: Int) throws { try remove(prunable(keptCount)) }

  /// The archive that holds the record which names the stored state stays: without it the state proves nothing.
  private func prunable(_ keptCount: Int) throws -> [ArchiveName] {
    let newest = try read { try chained($0).newest(.state, before: .max, limit: 1).first?.sequence } ?? .max
    return archives.list.names.dropLast(max(0, keptCount)).filter { $0.last < newest }
  }

  /// At every moment the directory holds one chain: the file in place is the whole old one until `rename` puts the new
  /// one there, and the old one has its second name before that.
  private func rotate() throws -> Bool {
    guard let alone = try ReadersLock.takeAll(directory) else { return false }
    defer { withExtendedLifetime(alone) {} }
    let files = ArchiveFiles(directory: directory)
    let name = ArchiveName(first: meta.base.count + 1, last: head.count)
    try headFile.write(HeadFile.Content(head: head, isClosed: false), isSynced: true)
    try rotationObserver?(.headWritten)
    let state = try read { try StateProof.stored($0) }
    guard try settle() else { return false }
    try rotationObserver?(.settled)
    try makeSuccessor(files.successor, after: name, state: state)
    try rotationObserver?(.successorMade)
    try files.link(as: name)
    try rotationObserver?(.linked)
    try files.switchOver()
    try rotationObserver?(.switched)
    try files.protect(name)
    try rotationObserver?(.protected)
    try connect { database in
      head = try TailCheck(directory: directory, head: head, base: meta.base).run(database).end
    }
    try rotationObserver?(.reopened)
    if rotation.keptArchives > 0 { try removeOldArchives(keeping: rotation.keptArchives) }
    rotations += 1
    return true
  }

  /// Makes the file whole without its write-ahead log, and closes it. False: somebody else has it open.
  private func settle() throws -> Bool {
    guard let connection else { throw JournalError.closed }
    let isAlone = try JournalConnection.mapping(connection.path) {
      try connection.queue.writeWithoutTransaction { database in
        // Nobody waits for a reader here: the rotation is not urgent.
        try database.execute(sql: "PRAGMA busy_timeout = 0")
        defer { try? database.execute(sql: "PRAGMA busy_timeout = 2000") }
        do {
          let isBusy = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)").map { $0[0] as Int != 0 }
          if isBusy ?? true { return false }
          return try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE") == "delete"
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
        {
          return false
        }
      }
    }
    if isAlone { releaseConnection() }
    return isAlone
  }

  private func makeSuccessor(_ path: String, after name: ArchiveName, state: (sequence: UInt64, bytes: [UInt8])?) throws
  {
    var configuration = Configuration()
    configuration.label = "journal-successor"
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = 8192; PRAGMA synchronous = FULL") }
    var next = meta
    next.base = head
    next.previous = name.description
    try JournalConnection.mapping(path) {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { database in
        let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
        try JournalSchema.create(database, createdMicros: now, continuing: next)
        guard let state else { return }
        try database.execute(
          sql: "INSERT INTO state VALUES (1, ?, ?)", arguments: [Int64(clamping: state.sequence), Data(state.bytes)])
      }
      try queue.close()
    }
  }

  /// Removes the archives beyond those that are kept. What is removed on purpose is written down first, so that nobody
  /// takes it for lost.
  private func removeOldArchives(keeping count: Int) throws {
    let names = archives.list.names
    guard names.count > count else { return }
    try remove(Array(names.dropLast(count)))
  }

  private func remove(_ old: [ArchiveName]) throws {
    guard let connection, let end = old.last?.last else { return }
    try JournalConnection.mapping(connection.path) {
      try connection.queue.writeWithoutTransaction { database in
        try database.execute(
          sql: "UPDATE meta SET removed_through = ? WHERE id = 1", arguments: [Int64(clamping: end)])
        meta = try JournalMeta.read(database)
      }
    }
    archives = ArchiveReader(directory: directory, meta: meta)
    try rotationObserver?(.removalNoted)
    try ArchiveFiles(directory: directory).remove(old)
    try rotationObserver?(.removed)
  }

  /// Completes a rotation that was cut off after the new file was in place.
  func tidyArchives() throws {
    let files = ArchiveFiles(directory: directory)
    if let newest = archives.list.names.last { try files.protect(newest) }
    try files.remove(ArchiveList.all(in: directory).filter { $0.last <= meta.removedThrough })
  }
}
