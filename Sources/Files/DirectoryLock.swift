import Foundation

/// A lock that one running bot holds on its state directory; the system frees it when the process ends, however it ends.
package final class DirectoryLock {
  private let handle: Int32

  /// Takes the lock. Throws `FileError` with `EWOULDBLOCK` when another process still holds it after so many tries, 20 ms
  /// apart.
  package init(path: String, tries most: Int = 5) throws {
    handle = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard handle >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
    // Whoever asks for the holder takes the lock for a moment.
    var tries = 0
    while flock(handle, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK, tries < most {
      tries += 1
      usleep(20_000)
    }
    guard flock(handle, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(handle)
      throw FileError(path: path, operation: "lock (is another bot running?)", code: code)
    }
    ftruncate(handle, 0)
    let text = "\(getpid())\n"
    _ = text.withCString { write(handle, $0, strlen($0)) }
  }

  deinit { close(handle) }

  /// Process that holds the lock at `path`; nil when nobody does.
  package static func holder(path: String) -> Int32? {
    let handle = open(path, O_RDONLY | O_CLOEXEC)
    guard handle >= 0 else { return nil }
    defer { close(handle) }
    if flock(handle, LOCK_SH | LOCK_NB) == 0 {
      flock(handle, LOCK_UN)
      return nil
    }
    guard case .bytes(let bytes) = DurableFile.readSmall(path, limit: 64) else { return 0 }
    return Int32(String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }
}
