import Core
import Digest
import Files
import Glibc

/// A file of bars in memory, as the system maps it: nothing is copied, and several readers share it.
///
/// Files of the catalog are replaced as a whole and never changed, so a mapping stays what it was. Whoever cuts such a
/// file off in place ends its readers.
final class SeriesMapping: @unchecked Sendable {
  // Unchecked: read-only memory, unmapped with the last reference.
  let layout: SeriesLayout
  let base: UnsafeRawPointer
  private let byteCount: Int

  /// Maps a file and compares header, size and quick checksum. Throws `CatalogError`.
  init(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let kind: CatalogError.Kind = errno == ENOENT ? .missing : .data
      throw CatalogError(kind, "\(path): cannot be opened: \(FileError.text()); run hrmbot data import again")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw CatalogError(.data, "\(path): is not a regular file; run hrmbot data import again")
    }
    byteCount = Int(status.st_size)
    guard byteCount >= SeriesLayout.headerBytes else {
      throw CatalogError(.data, "\(path): it is cut off: \(byteCount) bytes; run hrmbot data import again")
    }
    let mapped = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else {
      throw CatalogError(.data, "\(path): cannot be mapped: \(FileError.text())")
    }
    base = UnsafeRawPointer(mapped)
    let header = UnsafeRawBufferPointer(start: mapped, count: SeriesLayout.headerBytes)
    do {
      layout = try SeriesLayout.read(header, fileBytes: byteCount).get()
      let body = UnsafeRawBufferPointer(
        start: mapped + SeriesLayout.headerBytes, count: byteCount - SeriesLayout.headerBytes)
      guard QuickChecksum.of(body) == layout.checksum else { throw HeaderFault("its bars were altered") }
    } catch {
      munmap(mapped, byteCount)
      let reason = (error as? HeaderFault)?.reason ?? "\(error)"
      throw CatalogError(.data, "\(path): \(reason); run hrmbot data import again")
    }
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }

  /// Whether the columns have the SHA-256 that the header names.
  var hasItsDigest: Bool {
    let body = UnsafeRawBufferPointer(
      start: base + SeriesLayout.headerBytes, count: byteCount - SeriesLayout.headerBytes)
    return SHA256.digest(body) == layout.digest
  }
}
