import GRDB

/// Reads the archives of a journal. Keeps the file open that was read last.
final class ArchiveReader {
  let directory: String
  let list: ArchiveList
  private var open: (name: ArchiveName, connection: JournalConnection)?

  init(directory: String, meta: JournalMeta) {
    self.directory = directory
    list = ArchiveList(directory: directory, meta: meta)
  }

  deinit { try? open?.connection.close() }

  /// Runs `body` on one archive. Throws `JournalError` for a file that is not what its name says.
  func read<Result>(_ name: ArchiveName, _ body: (Database) throws -> Result) throws -> Result {
    if open?.name != name {
      try open?.connection.close()
      open = nil
      open = (name, try JournalConnection.archive(directory, name))
    }
    return try open!.connection.read(body)
  }

  /// The archives with records from `start` on, oldest first. Throws `JournalError.missingArchive` when the first of
  /// them is not there.
  func from(_ start: UInt64) throws -> ArraySlice<ArchiveName> {
    if let missing = list.missingThrough, start <= missing, let error = list.missing(directory: directory) {
      throw error
    }
    return list.names.drop { $0.last < start }
  }

  /// The archive that holds a record; nil: none does.
  func holding(_ sequence: UInt64) -> ArchiveName? { list.names.first { $0.first <= sequence && sequence <= $0.last } }
}
