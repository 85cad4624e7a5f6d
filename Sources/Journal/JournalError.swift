/// Why the journal cannot be opened, read or written. Every message names the place and what to do.
public enum JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no journal in the directory.
  case missing(directory: String)
  /// Another process writes it.
  case inUse(directory: String, pid: Int?)
  /// The file is not a readable database, or not a journal. `isDamaged`: not merely now.
  case unreadable(path: String, reason: String, isDamaged: Bool = false)
  /// The journal was written by a version this build does not know.
  case unknownSchema(path: String, found: String)
  /// The head file is missing though there are records, or cannot be read.
  case badHead(path: String, reason: String, tableCount: UInt64)
  /// The head file counts records that the table no longer has.
  case truncated(directory: String, headCount: UInt64, tableCount: UInt64)
  /// An archive file that the journal continues is not there.
  case missingArchive(directory: String, name: String, through: UInt64)
  /// An archive file is not the one that the journal continues.
  case badArchive(path: String, reason: String)
  /// The stored state is not the one that the chain names.
  case foreignState(directory: String, reason: String)
  /// A record is not what was written.
  case damaged(directory: String, sequence: UInt64, reason: String)
  /// The batch does not continue the journal.
  case wrongSequence(expected: UInt64, found: UInt64)
  /// A write failed; the batch is not in the journal unless `committed`.
  case writeFailed(directory: String, reason: String, committed: Bool)
  /// The journal failed before and takes nothing until it has recovered.
  case unhealthy(reason: String)
  /// A file that is to become a journal cannot.
  case badImport(line: Int, reason: String)
  /// The journal was closed.
  case closed
  /// A file operation failed.
  case file(path: String, operation: String, reason: String)

  /// Whether trying again changes nothing: a person has to mend the journal, or to name another.
  public var isLasting: Bool {
    switch self {
    case .unknownSchema, .badHead, .truncated, .missingArchive, .badArchive, .foreignState, .damaged: true
    case .unreadable(_, _, let isDamaged): isDamaged
    default: false
    }
  }

  /// The message, one line.
  public var description: String {
    switch self {
    case .missing(let directory):
      "\(directory): no journal here; name the directory of a journal, or start the bot to make one"
    case .inUse(let directory, let pid):
      "\(directory): journal in use by pid \(pid.map(String.init) ?? "unknown"); end that process or use another home"
    case .unreadable(let path, let reason, _):
      "\(path): unreadable: \(reason); move the journal away and restore a copy, do not repair it in place"
    case .unknownSchema(let path, let found):
      "\(path): schema \"\(found)\" is not known here (\"\(JournalSchema.version)\" is); "
        + "use the build that wrote it, or name another directory"
    case .badHead(let path, let reason, let tableCount):
      "\(path): \(reason), but the table has \(tableCount) records: whether the end was cut off cannot be told; "
        + "restore the file, or move the journal away"
    case .truncated(let directory, let headCount, let tableCount):
      "\(directory): truncated: the head says \(headCount) records, the table ends at \(tableCount); "
        + "restore a copy that has them"
    case .missingArchive(let directory, let name, let through):
      "\(directory)/\(ArchiveName.directory)/\(name): missing, with the records up to \(through); restore the file"
    case .badArchive(let path, let reason):
      "\(path): not the archive that the journal continues: \(reason); restore the file"
    case .foreignState(let directory, let reason):
      "\(directory): the stored state is not the one that the chain names: \(reason); restore a copy of the journal"
    case .damaged(let directory, let sequence, let reason):
      "\(directory): record \(sequence) is damaged: \(reason); run `hrmbot replay --verify` and restore a copy"
    case .wrongSequence(let expected, let found):
      "record \(found) does not continue the journal: \(expected) is next"
    case .writeFailed(let directory, let reason, let committed):
      "\(directory): write failed: \(reason); "
        + (committed ? "the records are safe, the head is not" : "nothing of the batch is in the journal")
    case .unhealthy(let reason):
      "the journal takes no records since a failure: \(reason)"
    case .badImport(let line, let reason): "line \(line): \(reason)"
    case .closed: "the journal is closed"
    case .file(let path, let operation, let reason): "\(path): \(operation) failed: \(reason)"
    }
  }
}
