import Foundation

/// The file lock between readers, who share it while they have the journal open, and a rotation, which takes it alone:
/// SQLite must not be open on a file that changes its name.
final class ReadersLock {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  private static func path(_ directory: String) -> String { directory + "/readers.lock" }

  /// A reader's share. Waits for a rotation, which takes a moment. Nil: the directory is read-only, so nobody rotates.
  static func share(_ directory: String) throws -> ReadersLock? {
    let path = path(directory)
    var descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor < 0 { descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) }
    guard descriptor >= 0 else { return nil }
    let lock = ReadersLock(descriptor: descriptor)
    while flock(descriptor, LOCK_SH) != 0 {
      guard errno == EINTR else {
        throw JournalError.file(path: path, operation: "flock", reason: String(cString: strerror(errno)))
      }
    }
    return lock
  }

  /// The whole lock, for a rotation; nil: somebody reads.
  static func takeAll(_ directory: String) throws -> ReadersLock? {
    let path = path(directory)
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw JournalError.file(path: path, operation: "open", reason: String(cString: strerror(errno)))
    }
    let lock = ReadersLock(descriptor: descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw JournalError.file(path: path, operation: "flock", reason: String(cString: strerror(errno)))
      }
      return nil
    }
    return lock
  }
}
