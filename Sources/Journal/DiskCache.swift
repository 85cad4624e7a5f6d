import Foundation

/// The kernel's copy of files in memory.
enum DiskCache {
  /// Forgets what the kernel holds of these files, so that the next read sees the disk. After a failed fsync the copy in
  /// memory counts as written though it is not: a second fsync would succeed without writing anything.
  static func forget(_ paths: [String]) {
    for path in paths {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
      guard descriptor >= 0 else { continue }
      _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
      close(descriptor)
    }
  }
}
