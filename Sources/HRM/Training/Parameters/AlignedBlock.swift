import Glibc

/// Zeros of a fixed number, in memory of its own that starts at a page. Large blocks ask for large pages, which spare
/// the processor most of its address look-ups.
final class AlignedBlock: @unchecked Sendable {
  let count: Int
  let floats: UnsafeMutablePointer<Float>
  private let bytes: Int
  /// `MADV_HUGEPAGE`, which the C library's module does not offer.
  private static let hugePages: Int32 = 14

  /// Traps if the system grants no memory.
  init(count: Int) {
    let large = 1 << 21
    self.count = count
    bytes = max(4 * count, 1)
    let base = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(base != MAP_FAILED, "the system grants no \(bytes) bytes: \(String(cString: strerror(errno)))")
    if bytes >= 2 * large { madvise(base, bytes, Self.hugePages) }
    floats = base!.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit { munmap(floats, bytes) }

  /// Sets every number to 0.
  func clear() { floats.update(repeating: 0, count: count) }
}
