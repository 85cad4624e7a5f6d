import Digest
import Glibc

/// Writes a new file piece by piece, hashing on the way, and makes it durable. Everything throws `FileError`.
package final class HashedFile {
  private let path: String
  private let descriptor: Int32
  private let hasher = SHA256Hasher()
  private var isOpen = true

  /// Creates the file; it must not exist.
  package init(creating path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw FileError(path: path, operation: "cannot be created", code: errno)
    }
  }

  deinit { if isOpen { close(descriptor) } }

  /// Appends bytes.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    hasher.update(bytes)
    var done = 0
    while done < bytes.count {
      let written = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw FileError(path: path, operation: "cannot be written", code: errno) }
      done += written
    }
  }

  /// Forces everything to disk, closes, and returns the SHA-256 of the content in hex.
  package func finish() throws -> String {
    isOpen = false
    let isSynced = fsync(descriptor) == 0
    guard close(descriptor) == 0 && isSynced else {
      throw FileError(path: path, operation: "cannot be made durable", code: errno)
    }
    return SHA256.hex(hasher.finish())
  }
}
