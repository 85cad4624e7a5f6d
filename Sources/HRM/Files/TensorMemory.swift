import Glibc

/// A block of memory that tensors are views of. It is filled by whoever makes it and never changes afterwards; it is
/// freed with the last tensor over it.
package final class TensorMemory: @unchecked Sendable {
  /// Alignment of the first byte: that of a large page, so that whole files are read into few of them.
  private static let alignment = 1 << 21
  private let base: UnsafeMutableRawPointer
  /// Bytes there are.
  package let count: Int

  /// Memory of `count` bytes whose content `fill` writes, all of it.
  package init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    let isLarge = count >= Self.alignment
    base = .allocate(byteCount: max(count, 1), alignment: isLarge ? Self.alignment : 64)
    self.count = count
    // Where the system grants large pages, there are far fewer page faults. Refused, it costs nothing.
    if isLarge { madvise(base, count, MADV_HUGEPAGE) }
    try fill(UnsafeMutableRawBufferPointer(start: base, count: count))
  }

  deinit { base.deallocate() }

  /// All bytes.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
