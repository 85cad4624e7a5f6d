import GRDB

/// Reads a journal's own file and its archives as one table.
struct ChainedReading {
  let directory: String
  let base: UInt64
  let archives: ArchiveReader
  /// Runs a question on the journal's own file.
  let current: ((Database) throws -> Void) throws -> Void

  private func currently<Result>(_ body: (Database) throws -> Result) throws -> Result {
    var result: Result?
    try current { result = try body($0) }
    return result!
  }

  /// Up to `limit` records from sequence `start` on, in order.
  func records(from start: UInt64, limit: Int) throws -> [JournalRecord] {
    var records: [JournalRecord] = []
    if start <= base, limit > 0 {
      for name in try archives.from(start) {
        records += try archives.read(name) {
          try RecordRows.records($0, from: start, limit: limit - records.count, directory: directory)
        }
        if records.count >= limit { return records }
      }
    }
    return try records
      + currently { try RecordRows.records($0, from: start, limit: limit - records.count, directory: directory) }
  }

  /// Up to `limit` records of a kind before sequence `end`, newest first.
  func newest(_ kind: RecordKind, before end: UInt64, limit: Int) throws -> [JournalRecord] {
    var records = try currently {
      try RecordRows.newest($0, kind, before: end, limit: limit, directory: directory)
    }
    for name in archives.list.names.reversed() where records.count < limit && name.first < end {
      records += try archives.read(name) {
        try RecordRows.newest($0, kind, before: end, limit: limit - records.count, directory: directory)
      }
    }
    return records
  }

  /// Up to `limit` records of a kind after sequence `start`, in order. Archives that were removed are passed over.
  func records(of kind: RecordKind, after start: UInt64, limit: Int) throws -> [JournalRecord] {
    var records: [JournalRecord] = []
    for name in archives.list.names where name.last > start && records.count < limit {
      records += try archives.read(name) {
        try RecordRows.records($0, of: kind, after: start, limit: limit - records.count, directory: directory)
      }
    }
    return try records
      + currently {
        try RecordRows.records($0, of: kind, after: start, limit: limit - records.count, directory: directory)
      }
  }

  /// The stored hash of a record; nil when there is none.
  func hash(of sequence: UInt64) throws -> [UInt8]? {
    if let name = archives.holding(sequence) {
      return try archives.read(name) { try RecordRows.hash($0, of: sequence) }
    }
    return try currently { try RecordRows.hash($0, of: sequence) }
  }

  /// Runs `body` on every file, oldest first.
  func forEachFile(_ body: (Database) throws -> Void) throws {
    for name in archives.list.names { try archives.read(name, body) }
    try current(body)
  }
}
