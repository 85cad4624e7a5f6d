import Glibc

/// Reads whole regular files up to a size limit, into memory of their own: what was checked cannot change afterwards,
/// whoever else writes to the file. (A mapped file could: later writes show through a private mapping, and cutting the
/// file off under it kills the reader.)
enum BoundedFile {
  /// The bytes of the file at `path`, read once. Refuses anything but a regular file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let (descriptor, size) = try open(path, limit: limit)
    defer { close(descriptor) }
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      try fill(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size), from: descriptor, path: path)
      count = size
    }
  }

  /// The same as memory that tensors can be views of.
  static func memory(_ path: String, limit: Int) throws -> TensorMemory {
    let (descriptor, size) = try open(path, limit: limit)
    defer { close(descriptor) }
    return try TensorMemory(count: size) { buffer in
      // Large pages where the system grants them: a tenth of the page faults. Refused, it costs nothing.
      madvise(buffer.baseAddress, buffer.count, MADV_HUGEPAGE)
      try fill(buffer, from: descriptor, path: path)
    }
  }

  private static func open(_ path: String, limit: Int) throws -> (descriptor: Int32, size: Int) {
    // Without O_NONBLOCK a named pipe in place of the file would hang the caller.
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw ModelError(file: path, reason: "cannot be opened: \(systemError())") }
    do { return (descriptor, try size(of: descriptor, path: path, limit: limit)) } catch {
      close(descriptor)
      throw error
    }
  }

  private static func size(of descriptor: Int32, path: String, limit: Int) throws -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ModelError(file: path, reason: systemError()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw ModelError(file: path, reason: "is not a regular file") }
    let size = Int(status.st_size)
    guard size <= limit else { throw ModelError(file: path, reason: "has \(size) bytes, at most \(limit) are read") }
    return size
  }

  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32, path: String
  ) throws {
    var count = 0
    while count < buffer.count {
      let got = Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
      if got < 0 && errno == EINTR { continue }
      if got <= 0 {
        let cause = got < 0 ? systemError() : "it was cut while being read"
        throw ModelError(file: path, reason: "ends after \(count) of \(buffer.count) bytes: \(cause)")
      }
      count += got
    }
  }

  /// The system's text for the present `errno`.
  static func systemError() -> String { String(cString: strerror(errno)) }
}
