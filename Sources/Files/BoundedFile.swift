import Glibc

/// A regular file up to a size limit, read into memory of its own: what was checked cannot change afterwards, whoever
/// else writes to the file. (A mapped file could: later writes show through a private mapping, and cutting the file off
/// under it kills the reader.) Pipes, devices, directories and endless files are refused.
package struct BoundedFile: ~Copyable {
  /// Why a file was not read.
  package struct Failure: Error, CustomStringConvertible {
    /// The file.
    package var path: String
    /// What is wrong with it, to be read after its name.
    package var problem: String
    /// Whether there is no such file.
    package var isMissing = false
    /// Path and problem.
    package var description: String { "\(path): \(problem)" }
  }

  private let path: String
  private let descriptor: Int32
  /// Bytes of the file when it was opened.
  package let size: Int

  /// Opens the file. Refuses anything but a regular file of at most `limit` bytes.
  package init(_ path: String, limit: Int) throws(Failure) {
    guard !path.utf8.contains(0) else { throw Failure(path: path, problem: "the path contains a NUL character") }
    // Without O_NONBLOCK a named pipe in place of the file would hang the caller.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      throw Failure(path: path, problem: "cannot be opened: \(FileError.text(of: code))", isMissing: code == ENOENT)
    }
    do throws(Failure) { size = try Self.size(of: descriptor, path: path, limit: limit) } catch {
      close(descriptor)
      throw error
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  private static func size(of descriptor: Int32, path: String, limit: Int) throws(Failure) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Failure(path: path, problem: FileError.text()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(path: path, problem: "is not a regular file") }
    guard Int(status.st_size) <= limit else { throw tooLarge(path, Int(status.st_size), limit) }
    return Int(status.st_size)
  }

  private static func tooLarge(_ path: String, _ size: Int, _ limit: Int) -> Failure {
    Failure(path: path, problem: "is larger than \(limit / 1024) KiB: \(size) bytes, at most \(limit) are read")
  }

  /// Fills a buffer of `size` bytes, in pieces; `progress` gets the bytes that are there after each.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer, progress: (Int) -> Void = { _ in }
  ) throws(Failure) {
    var count = 0
    while count < size {
      let got = Glibc.read(descriptor, buffer.baseAddress! + count, min(size - count, 1 << 20))
      if got < 0 && errno == EINTR { continue }
      if got <= 0 {
        let cause = got < 0 ? FileError.text() : "it was cut while being read"
        throw Failure(path: path, problem: "ends after \(count) of \(size) bytes: \(cause)")
      }
      count += got
      progress(count)
    }
  }

  /// The bytes of the file at `path`, read once, to its end, however it grows meanwhile.
  package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    let file = try BoundedFile(path, limit: limit)
    // One byte more than expected tells the end from growth.
    var bytes = [UInt8](repeating: 0, count: file.size + 1)
    var count = 0
    while true {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(file.descriptor, $0.baseAddress! + count, min($0.count - count, 1 << 20))
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw Failure(path: path, problem: "cannot be read: \(FileError.text())") }
      if got == 0 { break }
      count += got
      guard count <= limit else { throw tooLarge(path, count, limit) }
      if count == bytes.count { bytes += [UInt8](repeating: 0, count: min(count + 1, limit + 1 - count)) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
