import Core
import Digest
import Foundation

/// The first line of an export that holds a whole journal: what its records must come to.
public struct ExportHead: Hashable, Sendable {
  /// Format of whole exports.
  public static let format = "hrmbot.journal/1"

  /// End of the chain before the first record: not empty where old archives were removed.
  public var base: JournalHead
  /// End of the chain.
  public var end: JournalHead
  /// From the record after this one on, every stored state is named by a record.
  public var statesChainedAfter: UInt64
  /// The stages' state that is stored beside the chain, a JSON object.
  public var state: [UInt8]?

  /// The line as one JSON object.
  public var json: CanonicalJSON {
    var out = CanonicalJSON(capacity: 512 + (state?.count ?? 0))
    out.object { out in
      out.key("base_hash")
      out.value(SHA256.hex(base.hash))
      out.key("base_sequence")
      out.value(base.count)
      out.key("format")
      out.value(Self.format)
      out.key("hash")
      out.value(SHA256.hex(end.hash))
      out.key("records")
      out.value(end.count)
      out.key("state")
      if let state { out.raw(state) } else { out.null() }
      out.key("states_chained_after")
      out.value(statesChainedAfter)
    }
    return out
  }

  /// Reads the line. Throws `JournalError.badImport`.
  public init(line: [UInt8]) throws {
    guard let tree = try? JSONTree.parse(line), tree["format"]?.string == Self.format,
      let baseCount = tree["base_sequence"]?.unsigned, let count = tree["records"]?.unsigned, count >= baseCount,
      let baseHash = tree["base_hash"]?.string.flatMap({ Hex.bytes($0) }),
      let hash = tree["hash"]?.string.flatMap({ Hex.bytes($0) }),
      baseHash.count == SHA256.byteCount, hash.count == SHA256.byteCount,
      let chainedAfter = tree["states_chained_after"]?.unsigned
    else { throw JournalError.badImport(line: 1, reason: "not the head of a whole export; export with --whole") }
    base = JournalHead(count: baseCount, hash: baseHash)
    end = JournalHead(count: count, hash: hash)
    statesChainedAfter = chainedAfter
    if case .object(_, let place)? = tree["state"] { state = Array(line[place]) }
  }

  init(base: JournalHead, end: JournalHead, statesChainedAfter: UInt64, state: [UInt8]?) {
    self.base = base
    self.end = end
    self.statesChainedAfter = statesChainedAfter
    self.state = state
  }
}

extension JournalQuery {
  /// What a whole export of this journal begins with. Throws `JournalError.missingArchive` where records are missing that
  /// were not removed on purpose.
  public func exportHead() throws -> ExportHead {
    if let missingArchive { throw missingArchive }
    let count = try lastSequence()
    guard let base = try head(of: firstSequence - 1), let end = try head(of: count) else {
      throw JournalError.unreadable(path: directory, reason: "the hash of record \(count) cannot be read")
    }
    return ExportHead(base: base, end: end, statesChainedAfter: statesChainedAfter, state: try state())
  }
}

/// Makes a journal of a whole export. The chain is computed anew, and must come to the hash that the export names.
public final class JournalImport {
  private static let batch = 500
  private let directory: String
  private let store: JournalStore
  private let head: ExportHead
  private var waiting: [JournalRecord] = []
  private var line = 1
  private var hasState = false

  /// Begins a journal in a directory that is not there yet. Throws `JournalError`.
  public init(directory: String, head: ExportHead) throws {
    guard !FileManager.default.fileExists(atPath: directory) else {
      throw JournalError.badImport(line: 1, reason: "\(directory) exists; import into a new directory")
    }
    self.directory = directory
    self.head = head
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let beginning = JournalMeta(
      base: head.base, previous: nil, removedThrough: head.base.count, statesChainedAfter: head.statesChainedAfter)
    if head.base.count > 0 {
      // Without a head, a chain that begins in its middle would be one whose head was lost.
      try HeadFile(directory: directory).write(HeadFile.Content(head: head.base, isClosed: false), isSynced: true)
    }
    store = try JournalStore.open(
      directory: directory, durability: .relaxed, createIfMissing: true, beginning: beginning)
  }

  /// Takes the next line. Throws `JournalError`.
  public func take(_ bytes: [UInt8]) throws {
    line += 1
    guard let tree = try? JSONTree.parse(bytes), let sequence = tree["sequence"]?.unsigned,
      let kind = tree["kind"]?.string.flatMap(RecordKind.init), let wall = tree["wall_micros"]?.integer,
      case .object(_, let payload)? = tree["payload"]
    else { throw JournalError.badImport(line: line, reason: "not a record") }
    var latency: [UInt8]?
    if case .object(_, let place)? = tree["latency"] { latency = Array(bytes[place]) }
    var record = JournalRecord(
      sequence: sequence, kind: kind, payload: Array(bytes[payload]), wallMicros: wall, latency: latency)
    if kind == .state, let state = head.state, (try? RecordDecoder.state(record).names(state)) == true {
      record.state = state
      hasState = true
    }
    waiting.append(record)
    if waiting.count == Self.batch { try flush() }
  }

  private func flush() throws {
    try store.append(waiting)
    waiting = []
  }

  /// Ends the import: everything is on the disk and tested. Throws `JournalError.badImport` where the chain comes to
  /// another end than the export names.
  public func finish() throws -> JournalHead {
    try flush()
    guard head.state == nil || hasState else {
      throw JournalError.badImport(line: line, reason: "no record names the stored state")
    }
    guard store.head == head.end else {
      throw JournalError.badImport(
        line: line,
        reason:
          "the chain ends at record \(store.head.count) with another hash than the export names: it was changed or cut")
    }
    try store.close()
    if case .broken(let problem) = try ChainVerifier.verify(directory) {
      throw JournalError.badImport(line: line, reason: "\(problem)")
    }
    return head.end
  }

  /// Gives up and removes what was made.
  public func cancel() {
    try? store.close()
    try? FileManager.default.removeItem(atPath: directory)
  }
}
