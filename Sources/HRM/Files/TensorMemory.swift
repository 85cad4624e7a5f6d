/// A block of memory that tensors are views of. It is filled by whoever makes it and never changes afterwards; it is
/// freed with the last tensor over it.
package final class TensorMemory: @unchecked Sendable {
  /// Alignment of the first byte: a page, so that whole files can be read into it quickly.
  static let alignment = 4096
  /// The bytes.
  let base: UnsafeMutableRawPointer
  /// Their number.
  package let count: Int

  /// Memory of `count` bytes whose content `fill` writes, all of it.
  package init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    base = .allocate(byteCount: max(count, 1), alignment: Self.alignment)
    self.count = count
    try fill(UnsafeMutableRawBufferPointer(start: base, count: count))
  }

  deinit { base.deallocate() }

  /// All bytes.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
