import GRDB

/// How a walk over the whole chain ended.
public enum ChainVerdict: Hashable, Sendable {
  /// Every record is what was written. `beyondHead` records were committed after the head file was last written, as
  /// happens while a journal is written and after a crash.
  case ok(JournalHead, beyondHead: UInt64)
  /// The first thing that is wrong.
  case broken(ChainProblem)
}

/// What is wrong with a journal, and where.
public enum ChainProblem: Hashable, Sendable, CustomStringConvertible {
  /// Content or hash of a record was changed.
  case hashMismatch(sequence: UInt64)
  /// A record is missing before others.
  case missing(sequence: UInt64)
  /// A record stands where none can be.
  case impossibleSequence(Int64)
  /// The end was cut off: the head counts more than there is.
  case truncated(headCount: UInt64, tableCount: UInt64)
  /// The chain holds, but it is not the one that the head file knows: it was written anew.
  case headMismatch(sequence: UInt64)
  /// Records stand behind the end of a journal that was closed in order.
  case surplus(headCount: UInt64, tableCount: UInt64)
  /// The head file is missing or not a head, so the end cannot be proved.
  case headUnreadable(reason: String, tableCount: UInt64)
  /// An archive file that the journal continues is not there, or not the one.
  case archive(reason: String)
  /// The stored state is not the one that the chain names.
  case foreignState(reason: String)
  /// The database cannot be read (on) after a number of good records.
  case unreadable(reason: String, after: UInt64)

  /// The message, one line.
  public var description: String {
    switch self {
    case .hashMismatch(let sequence): "record \(sequence): its hash does not match its content: it was changed"
    case .missing(let sequence): "record \(sequence) is missing"
    case .impossibleSequence(let sequence): "a record with the impossible sequence number \(sequence)"
    case .truncated(let headCount, let tableCount):
      "truncated: the head says \(headCount) records, the table ends at \(tableCount)"
    case .headMismatch(let sequence):
      "record \(sequence): the chain holds, but its hash is not the head file's: the journal was written anew"
    case .surplus(let headCount, let tableCount):
      "surplus: the journal was closed with \(headCount) records, the table ends at \(tableCount)"
    case .headUnreadable(let reason, let tableCount):
      "head.json: \(reason): whether the end after record \(tableCount) was cut off cannot be told"
    case .archive(let reason): reason
    case .foreignState(let reason): reason
    case .unreadable(let reason, let after): "unreadable after record \(after): \(reason)"
    }
  }
}

/// Walks a journal from the first record to the last and tests every hash, in its archives too.
public enum ChainVerifier {
  /// Streams the journal in a directory; needs no lock and little memory. Throws only `JournalError.missing` and
  /// `.unknownSchema`.
  public static func verify(_ directory: String) throws -> ChainVerdict {
    var walk = ChainWalk(base: .empty)
    do {
      let headFile = HeadFile(directory: directory)
      // The head first: a writer at work moves the table ahead of it, never behind it.
      let content = Result { try headFile.read() }
      let connection = try JournalConnection.reading(directory)
      defer { try? connection.close() }
      let head = (try? content.get())?.head
      let meta = try connection.read { try JournalMeta.read($0) }
      let archives = ArchiveReader(directory: directory, meta: meta)
      if let missing = archives.list.missing(directory: directory) { return .broken(.archive(reason: "\(missing)")) }
      if let problem = try walk.run(through: archives, of: directory, head: head) { return .broken(problem) }
      // Old archives that were removed on purpose leave nothing to test: the chain begins where the file says.
      if archives.list.names.isEmpty { walk = ChainWalk(base: meta.base) }
      guard meta.base == JournalHead(count: walk.count, hash: walk.hash) else {
        return .broken(
          .archive(reason: "\(directory): journal.sqlite does not continue \(meta.previous ?? "a first file")"))
      }
      if let problem = try connection.read({ try walk.run($0, head: head) }) { return .broken(problem) }
      let verdict = conclude(content, end: JournalHead(count: walk.count, hash: walk.hash))
      // Only a whole chain can say which state belongs to it.
      guard case .ok = verdict else { return verdict }
      let query = try JournalQuery(directory: directory)
      do { try query.proveState() } catch JournalError.foreignState(_, let reason) {
        return .broken(.foreignState(reason: "the stored state is not the one that the chain names: \(reason)"))
      }
      return verdict
    } catch let error as JournalError {
      switch error {
      case .missing, .unknownSchema: throw error
      case .badArchive, .missingArchive: return .broken(.archive(reason: "\(error)"))
      default: return .broken(.unreadable(reason: "\(error)", after: walk.count))
      }
    }
  }

  private static func conclude(_ content: Result<HeadFile.Content?, any Error>, end: JournalHead) -> ChainVerdict {
    switch content {
    case .failure(let error): return .broken(.headUnreadable(reason: "\(error)", tableCount: end.count))
    case .success(nil): return .broken(.headUnreadable(reason: "the file is missing", tableCount: end.count))
    case .success(let known?):
      if known.head.count > end.count {
        return .broken(.truncated(headCount: known.head.count, tableCount: end.count))
      }
      if known.head.count == 0, known.head.hash != ChainHash.start { return .broken(.headMismatch(sequence: 0)) }
      if known.isClosed, known.head.count < end.count {
        return .broken(.surplus(headCount: known.head.count, tableCount: end.count))
      }
      return .ok(end, beyondHead: end.count - known.head.count)
    }
  }
}

/// The state of a walk: the good records so far.
struct ChainWalk {
  private(set) var count: UInt64
  private(set) var hash: [UInt8]
  private var hasher = ChainHash()

  /// A walk that begins after the record at `base`.
  init(base: JournalHead) {
    count = base.count
    hash = base.hash
  }

  /// Walks through all archives. Each must begin where the one before ends, and end where its name says.
  mutating func run(through archives: ArchiveReader, of directory: String, head: JournalHead?) throws -> ChainProblem? {
    for (place, name) in archives.list.names.enumerated() {
      let problem = try archives.read(name) { database -> ChainProblem? in
        let base = try JournalMeta.read(database).base
        if place == 0 { self = ChainWalk(base: base) }
        guard base == JournalHead(count: count, hash: hash) else { return .archive(reason: "it does not continue") }
        if let problem = try run(database, head: head) { return problem }
        return count == name.last ? nil : .archive(reason: "it ends after record \(count)")
      }
      if let problem { return .archive(reason: "\(name.path(in: directory)): \(problem); restore the file") }
    }
    return nil
  }

  /// The first problem; nil: the chain holds to the table's end.
  mutating func run(_ database: Database, head: JournalHead?) throws -> ChainProblem? {
    if let head, head.count == count, head.hash != hash { return .headMismatch(sequence: count) }
    var problem: ChainProblem?
    try RecordRows.forEach(database, from: .min) { row in
      problem = step(row, head: head)
      return problem == nil
    }
    return problem
  }

  private mutating func step(_ row: RecordRows.Row, head: JournalHead?) -> ChainProblem? {
    guard let sequence = UInt64(exactly: row.sequence), sequence > 0 else {
      return .impossibleSequence(row.sequence)
    }
    guard sequence == count + 1 else { return .missing(sequence: count + 1) }
    let next = row.withKindAndPayload { hasher.next(after: hash, sequence: sequence, kind: $0, payload: $1) }
    guard next == row.hash else { return .hashMismatch(sequence: sequence) }
    if let head, head.count == sequence, head.hash != next { return .headMismatch(sequence: sequence) }
    count = sequence
    hash = next
    return nil
  }
}
