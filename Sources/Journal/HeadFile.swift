import Core
import Digest
import Foundation

/// `head.json`: count and hash of the chain's end, outside the database, so that a cut tail shows.
package struct HeadFile {
  let directory: String
  var path: String { directory + "/head.json" }

  package struct Content: Equatable {
    var head: JournalHead
    /// Whether the writer ended in order: then the table must end exactly here.
    var isClosed: Bool
  }

  /// The content, or nil when there is no file. Throws `JournalError.file` for anything that is not a head.
  func read() throws -> Content? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw JournalError.file(path: path, operation: "open", reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 1024)
    let length = Foundation.read(descriptor, &buffer, buffer.count)
    guard length >= 0 else {
      throw JournalError.file(path: path, operation: "read", reason: String(cString: strerror(errno)))
    }
    guard let content = Self.parse(Array(buffer.prefix(length))) else {
      throw JournalError.file(path: path, operation: "read", reason: "not a head file")
    }
    return content
  }

  package static func parse(_ bytes: [UInt8]) -> Content? {
    guard let root = try? JSONTree.parse(bytes), case .object = root,
      let count = root["count"]?.unsigned, let text = root["hash"]?.string, let isClosed = root["closed"]?.bool,
      let hash = Hex.bytes(text), hash.count == SHA256.byteCount
    else { return nil }
    return Content(head: JournalHead(count: count, hash: hash), isClosed: isClosed)
  }

  /// Replaces the file in one step. With `isSynced`, it is on the disk afterwards, name and all.
  func write(_ content: Content, isSynced: Bool) throws {
    let text =
      "{\"closed\":\(content.isClosed),\"count\":\(content.head.count),\"hash\":\"\(SHA256.hex(content.head.hash))\"}\n"
    let temporary = path + ".tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure("open") }
    do {
      defer { close(descriptor) }
      let bytes = Array(text.utf8)
      guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count else { throw failure("write") }
      if isSynced, fsync(descriptor) != 0 { throw failure("fsync") }
    }
    guard rename(temporary, path) == 0 else { throw failure("rename") }
    if isSynced { try syncDirectory() }
  }

  /// Makes names created in the directory survive a power cut.
  func syncDirectory() throws {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open of the directory") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("fsync of the directory") }
  }

  private func failure(_ operation: String) -> JournalError {
    .file(path: path, operation: operation, reason: String(cString: strerror(errno)))
  }
}
