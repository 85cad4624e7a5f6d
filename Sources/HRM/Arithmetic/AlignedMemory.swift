import Glibc

/// One block of memory that is cut into aligned pieces and freed as a whole.
///
/// A large block lies on 2 MiB pages where the system grants them: weights are read through once per pass, and with
/// pages of 4 KiB every pass would miss the translation cache thousands of times.
final class AlignedMemory {
  /// Alignment of every piece: a cache line.
  static let alignment = 64
  private static let largePage = 2 << 20
  private let base: UnsafeMutableRawPointer
  private let size: Int
  private var used = 0

  /// Memory for pieces that take `bytes` together, each rounded up by `padded`; all zeros if `isZeroed`.
  init(bytes: Int, isZeroed: Bool) {
    let isLarge = bytes >= Self.largePage
    let unit = isLarge ? Self.largePage : Self.alignment
    size = max(bytes + unit - 1, unit) / unit * unit
    base = .allocate(byteCount: size, alignment: unit)
    // Refused where the kernel has no such pages; it is an optimisation only.
    if isLarge { madvise(base, size, MADV_HUGEPAGE) }
    if isZeroed { memset(base, 0, size) }
  }

  deinit { base.deallocate() }

  /// `bytes` rounded up to whole pieces.
  static func padded(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }

  /// The next piece. Traps if the block is used up.
  func take(bytes: Int) -> UnsafeMutableRawPointer {
    let start = used
    used += Self.padded(bytes)
    precondition(used <= size, "\(used) of \(size) bytes used")
    return base + start
  }

  /// The next `count` floats.
  func takeFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
    take(bytes: 4 * count).bindMemory(to: Float.self, capacity: count)
  }
}
