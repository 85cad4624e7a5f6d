import ArgumentParser
import Bot
import Core
import Foundation
import Glibc
import Journal

struct JournalExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Records as JSON Lines, archives included.",
    discussion: """
      One object a line: kind, latency, payload, sequence, wall_micros. A bound is a record's number, or a day in UTC such
      as 2026-03-01; a day is compared with the time of the event, and `--to` includes it. With --whole a first line names
      the hash that all records together come to: `hrmbot journal import` makes a journal of it again.

      EXAMPLES
        hrmbot journal export --kind fill
        hrmbot journal export --from 1000 --to 2000 --out part.jsonl
        hrmbot journal export --kind decision --kind intent --from 2026-01-01 --to 2026-01-31
        hrmbot journal export --whole --out journal.jsonl
      """)
  @OptionGroup var options: JournalOptions
  @Option(help: "First record or day.") var from: String?
  @Option(help: "Last record or day.") var to: String?
  @Option(help: "Kind of record; may be repeated. Default: all.") var kind: [String] = []
  @Option(help: "File to write. Default: standard output.") var out: String?
  @Flag(help: "Everything, so that it can be imported.") var whole = false
  @Flag(help: "Only the count, as one JSON object, when the records go to a file.") var json = false

  func validate() throws {
    if whole, from != nil || to != nil || !kind.isEmpty {
      throw ValidationError("--whole: leave out --from, --to and --kind")
    }
  }

  func run() throws {
    let directory = try options.directory()
    let kinds = try kind.map { name -> RecordKind in
      guard let kind = RecordKind(rawValue: name) else {
        let known = RecordKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw StartError("--kind \(name): there are \(known)", exitCode: 64)
      }
      return kind
    }
    var filter = ExportFilter(
      kinds: Set(kinds), from: try ExportBound(from, option: "--from"), to: try ExportBound(to, option: "--to"))
    let file = try out.map { path -> Int32 in
      let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw StartError("\(path): \(String(cString: strerror(errno)))", exitCode: 73) }
      return file
    }
    let count = try JournalOptions.reading(directory) {
      let query = try JournalQuery(directory: directory)
      if whole {
        // A journal that is being written grows meanwhile.
        let head = try query.exportHead()
        filter.to = .sequence(head.end.count)
        try Self.write(head.json.bytes + [10], to: file ?? STDOUT_FILENO)
        if head.end.count == head.base.count { return 0 }
      }
      return try Self.copy(query, &filter, to: file ?? STDOUT_FILENO)
    }
    guard let file, let out else { return }
    guard fsync(file) == 0 || errno == EINVAL, close(file) == 0 else {
      throw StartError("\(out): \(String(cString: strerror(errno)))", exitCode: 73)
    }
    print(json ? "{\"records\":\(count)}" : "\(count) records")
  }

  private static func copy(_ query: JournalQuery, _ filter: inout ExportFilter, to file: Int32) throws -> Int {
    var next = max(query.firstSequence, filter.firstSequence)
    var count = 0
    while true {
      let records = try query.records(from: next, limit: 1000)
      guard let last = records.last else { return count }
      var bytes: [UInt8] = []
      for record in records where filter.takes(record) {
        bytes += line(record)
        count += 1
      }
      try write(bytes, to: file)
      if last.sequence >= filter.lastSequence { return count }
      next = last.sequence + 1
    }
  }

  private static func line(_ record: JournalRecord) -> [UInt8] {
    var json = CanonicalJSON(capacity: record.payload.count + 128)
    json.object { json in
      json.key("kind")
      json.value(record.kind.rawValue)
      json.key("latency")
      if let latency = record.latency { json.raw(latency) } else { json.null() }
      json.key("payload")
      json.raw(record.payload)
      json.key("sequence")
      json.value(record.sequence)
      json.key("wall_micros")
      json.value(record.wallMicros)
    }
    return json.bytes + [10]
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, bytes.count - written) }
      if count < 0, errno == EINTR { continue }
      // Who reads has seen enough, as with `| head`.
      if count < 0, errno == EPIPE { throw ExitCode.success }
      guard count > 0 else { throw StartError("writing: \(String(cString: strerror(errno)))", exitCode: 73) }
      written += count
    }
  }
}

/// One end of what is exported.
enum ExportBound {
  case sequence(UInt64)
  case day(CalendarDay)

  /// Reads an option; nil: it was not given. Throws `StartError`.
  init?(_ text: String?, option: String) throws {
    guard let text else { return nil }
    if let sequence = UInt64(text) {
      self = .sequence(sequence)
    } else if let day = CalendarDay(text) {
      self = .day(day)
    } else {
      throw StartError("\(option) \(text): write a record's number, or a day such as 2026-03-01", exitCode: 64)
    }
  }
}

/// Which records are exported.
struct ExportFilter {
  var kinds: Set<RecordKind>
  var from: ExportBound?
  var to: ExportBound?
  /// A record without a time has that of the one before.
  private var at = Timestamp(milliseconds: .min)

  init(kinds: Set<RecordKind>, from: ExportBound?, to: ExportBound?) {
    (self.kinds, self.from, self.to) = (kinds, from, to)
  }

  var firstSequence: UInt64 { if case .sequence(let first) = from { first } else { 1 } }
  var lastSequence: UInt64 { if case .sequence(let last) = to { last } else { .max } }
  private var looksAtDays: Bool {
    if case .day = from { return true }
    if case .day = to { return true }
    return false
  }

  mutating func takes(_ record: JournalRecord) -> Bool {
    if looksAtDays, let root = try? JSONTree.parse(record.payload),
      let milliseconds = root["at"]?.integer ?? root["ts"]?.integer
    {
      at = Timestamp(milliseconds: milliseconds)
    }
    guard record.sequence >= firstSequence, record.sequence <= lastSequence else { return false }
    if case .day(let day) = from, at < day.start { return false }
    if case .day(let day) = to, at >= CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1).start { return false }
    return kinds.isEmpty || kinds.contains(record.kind)
  }
}
