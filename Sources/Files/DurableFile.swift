import Glibc

/// Small files that must be whole or absent after any crash.
package enum DurableFile {
  /// What reading a small file found.
  package enum Content: Equatable, Sendable {
    case missing
    case unreadable(String)
    case bytes([UInt8])
  }

  /// Replaces a file: written beside it, synced, renamed, and the directory synced, for an unsynced rename can be lost.
  /// Throws `FileError`.
  package static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o600) throws {
    let temporary = "\(path).new-\(getpid())"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
    guard file >= 0 else { throw FileError(path: temporary, operation: "open", code: errno) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, bytes.count - written) }
      guard count > 0 else {
        let code = errno
        close(file)
        unlink(temporary)
        throw FileError(path: temporary, operation: "write", code: code)
      }
      written += count
    }
    let isSynced = fsync(file) == 0
    let code = errno
    guard close(file) == 0, isSynced else {
      let code = isSynced ? errno : code
      unlink(temporary)
      throw FileError(path: temporary, operation: "fsync", code: code)
    }
    guard rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      throw FileError(path: path, operation: "rename", code: code)
    }
    try syncDirectory(of: path)
  }

  /// Removes a file durably; a missing one is no error. Throws `FileError`.
  package static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw FileError(path: path, operation: "unlink", code: errno) }
    try syncDirectory(of: path)
  }

  static func syncDirectory(of path: String) throws {
    let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    try syncDirectory(at: directory.isEmpty ? "." : directory)
  }

  /// Forces a directory's entries to disk. Throws `FileError`.
  package static func syncDirectory(at path: String) throws {
    let handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
    defer { close(handle) }
    guard fsync(handle) == 0 else { throw FileError(path: path, operation: "fsync", code: errno) }
  }

  /// When a file was last changed, in nanoseconds; 0 where there is none.
  package static func modificationTime(_ path: String) -> Int64 {
    var status = stat()
    guard lstat(path, &status) == 0 else { return 0 }
    return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }

  /// Reads a regular file of at most `limit` bytes, without following links, without blocking on a FIFO.
  package static func readSmall(_ path: String, limit: Int) -> Content { readOwned(path, limit: limit).content }

  /// The same, with whose the very file is that was read; nil unless it was.
  package static func readOwned(_ path: String, limit: Int) -> (content: Content, owner: FileOwner?) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      return (errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(FileError.text()), nil)
    }
    // Looked at before it is opened: opening a device can set something off.
    guard status.st_mode & S_IFMT == S_IFREG else { return (.unreadable("not a regular file"), nil) }
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return (.unreadable(FileError.text()), nil) }
    defer { close(file) }
    guard fstat(file, &status) == 0 else { return (.unreadable(FileError.text()), nil) }
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    var count = 0
    while count <= limit {
      let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + count, limit + 1 - count) }
      if got < 0 { return (.unreadable(FileError.text()), nil) }
      if got == 0 { break }
      count += got
    }
    guard count <= limit else { return (.unreadable("over \(limit) bytes"), nil) }
    let owner = FileOwner(user: status.st_uid, group: status.st_gid, links: Int(status.st_nlink))
    return (.bytes(Array(bytes[0..<count])), owner)
  }
}

/// Whose a file is.
package struct FileOwner: Equatable, Sendable {
  /// Its user.
  package var user: uid_t
  /// Its group.
  package var group: gid_t
  /// Names that it has.
  package var links: Int

  /// An owner as given.
  package init(user: uid_t, group: gid_t, links: Int) {
    self.user = user
    self.group = group
    self.links = links
  }
}
