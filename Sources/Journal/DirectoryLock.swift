import Foundation

/// The file lock that keeps two processes (or two stores of one) from writing the same journal. Ends with the process,
/// whatever way it ends.
final class DirectoryLock {
  private var descriptor: Int32

  /// Takes the lock. Throws `JournalError.inUse` with the holder's pid.
  init(directory: String) throws {
    let path = directory + "/lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw JournalError.file(path: path, operation: "open", reason: String(cString: strerror(errno)))
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let cause = errno
      var buffer = [UInt8](repeating: 0, count: 32)
      let length = max(0, pread(descriptor, &buffer, buffer.count, 0))
      close(descriptor)
      guard cause == EWOULDBLOCK else {
        throw JournalError.file(path: path, operation: "flock", reason: String(cString: strerror(cause)))
      }
      let text = String(decoding: buffer.prefix(length), as: UTF8.self)
      throw JournalError.inUse(directory: directory, pid: Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
    // The pid is only for the other side's message, so a failed write does not matter.
    let pid = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, pid, pid.count, 0)
  }

  func release() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
  }

  deinit { release() }
}
