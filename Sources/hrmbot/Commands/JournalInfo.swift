import Core
import Foundation
import Journal

/// What there is to know of a journal without walking through it.
struct JournalInfo {
  let directory: String
  let files: [JournalFile]
  let firstSequence: UInt64
  let lastSequence: UInt64
  let removedThrough: UInt64
  let missingArchive: String?
  let stateProblem: String?
  let sessions: [SessionRecord]

  /// Most sessions that are listed.
  private static let sessionLimit = 1000
  private static let shownFiles = 12

  /// Reads it. Throws `JournalError`, and `RecordError` for a session that cannot be read.
  init(directory: String) throws {
    let query = try JournalQuery(directory: directory)
    self.directory = directory
    files = query.files()
    firstSequence = query.firstSequence
    lastSequence = try query.lastSequence()
    removedThrough = query.removedThrough
    missingArchive = query.missingArchive?.description
    do {
      try query.proveState()
      stateProblem = nil
    } catch let error as JournalError { stateProblem = error.description }
    sessions = try query.newest(.session, limit: Self.sessionLimit).map { try RecordDecoder.session($0) }
  }

  var text: String {
    var lines = ["journal   \(directory)", "records   \(firstSequence) to \(lastSequence)"]
    let hidden = max(0, files.count - Self.shownFiles)
    if hidden > 0 { lines.append("files     \(hidden) older ones; --json lists all") }
    for file in files.dropFirst(hidden) {
      lines.append("file      \(file.name): from record \(file.firstSequence), \(Self.megabytes(file.byteCount))")
    }
    if removedThrough > 0 { lines.append("removed   records to \(removedThrough), by journal.keep_archives") }
    if let missingArchive { lines.append("MISSING   \(missingArchive)") }
    lines.append("state     \(stateProblem ?? "the one that the chain names")")
    lines.append("sessions  \(sessions.count)")
    for session in sessions.prefix(10) {
      lines.append("          \(session.session): \(session.mode), build \(session.build), from \(session.at)")
    }
    lines.append("`hrmbot journal check` tests the chain")
    return lines.joined(separator: "\n")
  }

  private static func megabytes(_ bytes: Int) -> String {
    bytes < 10_000_000 ? "\(bytes / 1000) kB" : "\(bytes / 1_000_000) MB"
  }

  func json() -> CanonicalJSON {
    var out = CanonicalJSON()
    out.object { out in
      out.key("directory")
      out.value(directory)
      out.key("files")
      out.array { out in
        for file in files {
          out.object { out in
            out.key("bytes")
            out.value(file.byteCount)
            out.key("first_sequence")
            out.value(file.firstSequence)
            out.key("name")
            out.value(file.name)
          }
        }
      }
      out.key("first_sequence")
      out.value(firstSequence)
      out.key("last_sequence")
      out.value(lastSequence)
      out.key("missing_archive")
      if let missingArchive { out.value(missingArchive) } else { out.null() }
      out.key("removed_through")
      out.value(removedThrough)
      out.key("sessions")
      out.array { out in
        for session in sessions {
          out.object { out in
            out.key("at")
            out.value(session.at.milliseconds)
            out.key("build")
            out.value(session.build)
            out.key("mode")
            out.value(session.mode)
            out.key("session")
            out.value(session.session)
          }
        }
      }
      out.key("state_problem")
      if let stateProblem { out.value(stateProblem) } else { out.null() }
    }
    return out
  }
}
