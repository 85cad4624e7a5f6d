import Foundation

/// The file operations of a rotation. Each is complete on the disk when it returns.
struct ArchiveFiles {
  let directory: String
  var journal: String { JournalConnection.path(in: directory) }
  /// The journal's next file while it is made.
  var successor: String { journal + ".next" }
  private var archives: String { "\(directory)/\(ArchiveName.directory)" }

  /// Gives the journal's file its second name, that of an archive. Throws `JournalError.file`.
  func link(as name: ArchiveName) throws {
    if mkdir(archives, 0o700) != 0, errno != EEXIST { throw failure(archives, "mkdir") }
    try sync(directory)
    try sync(journal)
    guard Foundation.link(journal, name.path(in: directory)) == 0 else {
      throw failure(name.path(in: directory), "link")
    }
    try sync(archives)
  }

  /// Puts the successor in the journal's place in one step.
  func switchOver() throws {
    try sync(successor)
    guard rename(successor, journal) == 0 else { throw failure(journal, "rename") }
    try sync(directory)
  }

  /// Takes everybody's right to write an archive.
  func protect(_ name: ArchiveName) throws {
    guard chmod(name.path(in: directory), 0o400) == 0 else { throw failure(name.path(in: directory), "chmod") }
    try sync(name.path(in: directory))
  }

  /// Removes archives.
  func remove(_ names: [ArchiveName]) throws {
    for name in names where unlink(name.path(in: directory)) != 0 && errno != ENOENT {
      throw failure(name.path(in: directory), "unlink")
    }
    if !names.isEmpty { try sync(archives) }
  }

  /// Undoes a rotation that was cut off before it put the successor in place: removes the successor, and the second name
  /// of the journal's file.
  func clearUnfinished() throws {
    for path in [successor, successor + "-journal"] where unlink(path) != 0 && errno != ENOENT {
      throw failure(path, "unlink")
    }
    guard let own = Self.identity(journal) else { return }
    let doubles = ArchiveList.all(in: directory).filter { Self.identity($0.path(in: directory)) == own }
    try remove(doubles)
  }

  private static func identity(_ path: String) -> [UInt64]? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return [UInt64(status.st_dev), UInt64(status.st_ino)]
  }

  /// Size of a file in bytes; 0 when there is none.
  static func size(_ path: String) -> Int {
    var status = stat()
    return lstat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  private func sync(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "open") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(path, "fsync") }
  }

  private func failure(_ path: String, _ operation: String) -> JournalError {
    .file(path: path, operation: operation, reason: String(cString: strerror(errno)))
  }
}
