import Glibc

extension DurableFile {
  /// Appends bytes to a file, making it if it is missing, and forces them to disk, with the directory's entry when it was
  /// made. First cuts the file to `size` bytes if that is given: what an earlier writer left unfinished. Bytes that could
  /// not all be written are cut off again. The caller holds a lock against other writers. Throws `FileError`.
  package static func append(_ bytes: [UInt8], to path: String, cutTo size: Int? = nil, mode: mode_t = 0o600) throws {
    let isNew = access(path, F_OK) != 0
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)
    guard file >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileError(path: path, operation: "stat", code: errno) }
    let start = size ?? Int(status.st_size)
    if start < Int(status.st_size), ftruncate(file, start) != 0 {
      throw FileError(path: path, operation: "truncate", code: errno)
    }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + written, bytes.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        ftruncate(file, start)
        throw FileError(path: path, operation: "write", code: code)
      }
      written += count
    }
    guard fsync(file) == 0 else { throw FileError(path: path, operation: "fsync", code: errno) }
    if isNew { try syncDirectory(of: path) }
  }
}
