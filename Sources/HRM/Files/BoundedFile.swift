import Glibc

/// A regular file up to a size limit, read into memory of its own: what was checked cannot change afterwards, whoever
/// else writes to the file. (A mapped file could: later writes show through a private mapping, and cutting the file off
/// under it kills the reader.)
struct BoundedFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  /// Bytes of the file when it was opened.
  let size: Int

  /// Opens the file. Refuses anything but a regular file of at most `limit` bytes.
  init(_ path: String, limit: Int) throws {
    // Without O_NONBLOCK a named pipe in place of the file would hang the caller.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw ModelError(file: path, reason: "cannot be opened: \(Self.systemError())") }
    do { size = try Self.size(of: descriptor, path: path, limit: limit) } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func size(of descriptor: Int32, path: String, limit: Int) throws -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ModelError(file: path, reason: systemError()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw ModelError(file: path, reason: "is not a regular file") }
    let size = Int(status.st_size)
    guard size <= limit else { throw ModelError(file: path, reason: "has \(size) bytes, at most \(limit) are read") }
    return size
  }

  /// Fills a buffer of `size` bytes, in pieces; `progress` gets the bytes that are there after each.
  func read(into buffer: UnsafeMutableRawBufferPointer, progress: (Int) -> Void = { _ in }) throws {
    var count = 0
    while count < size {
      let got = Glibc.read(descriptor, buffer.baseAddress! + count, min(size - count, 1 << 20))
      if got < 0 && errno == EINTR { continue }
      if got <= 0 {
        let cause = got < 0 ? Self.systemError() : "it was cut while being read"
        throw ModelError(file: path, reason: "ends after \(count) of \(size) bytes: \(cause)")
      }
      count += got
      progress(count)
    }
  }

  /// The bytes of the file at `path`, read once.
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    let file = try BoundedFile(path, limit: limit)
    let size = file.size
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      try file.read(into: UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: size))
      count = size
    }
  }

  /// The system's text for the present `errno`.
  static func systemError() -> String { String(cString: strerror(errno)) }
}
