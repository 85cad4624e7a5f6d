import Glibc

/// Reads whole regular files up to a size limit.
enum BoundedFile {
  /// The bytes of the file at `path`, read once. Refuses anything but a regular file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    // Without O_NONBLOCK a named pipe in place of the file would hang the caller.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw ModelError(file: path, reason: "cannot be opened: \(systemError())") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ModelError(file: path, reason: systemError()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw ModelError(file: path, reason: "is not a regular file") }
    let size = Int(status.st_size)
    guard size <= limit else { throw ModelError(file: path, reason: "has \(size) bytes, at most \(limit) are read") }
    var failure: ModelError?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = 0
      while count < size {
        let got = Glibc.read(descriptor, buffer.baseAddress! + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got <= 0 {
          let cause = got < 0 ? systemError() : "it was cut while being read"
          failure = ModelError(file: path, reason: "ends after \(count) of \(size) bytes: \(cause)")
          return
        }
        count += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// The system's text for the present `errno`.
  static func systemError() -> String { String(cString: strerror(errno)) }
}
