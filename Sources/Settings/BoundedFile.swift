import Foundation

/// Reads small files whole, and nothing else: no pipes, devices, directories or endless files.
enum BoundedFile {
  /// Why a file was not read.
  struct Failure: Error {
    var problem: String
    var isMissing = false
  }

  /// The bytes of a regular file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    guard !path.utf8.contains(0) else { throw Failure(problem: "the path contains a NUL character") }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      throw Failure(problem: "cannot be opened: \(String(cString: strerror(code)))", isMissing: code == ENOENT)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(problem: "is not a regular file")
    }
    let tooLarge = Failure(problem: "is larger than \(limit / 1024) KiB")
    guard status.st_size <= limit else { throw tooLarge }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= limit {
      let count = Foundation.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Failure(problem: "cannot be read: \(String(cString: strerror(errno)))") }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
    throw tooLarge
  }
}
