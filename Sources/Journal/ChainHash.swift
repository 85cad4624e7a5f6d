import Digest

/// The hash that ties each record to all before it:
/// `hash_k = SHA-256(hash_{k-1} ‖ sequence as 8 bytes little-endian ‖ kind in UTF-8 ‖ 0x00 ‖ payload)`.
public struct ChainHash {
  /// The hash before the first record: 32 zero bytes.
  public static let start = [UInt8](repeating: 0, count: SHA256.byteCount)
  private let hasher = SHA256Hasher()
  private var prefix: [UInt8] = []

  /// A hasher for one thread.
  public init() { prefix.reserveCapacity(64) }

  /// The hash of a record after the record with hash `previous`.
  public mutating func next(
    after previous: [UInt8], sequence: UInt64, kind: some Sequence<UInt8>, payload: UnsafeRawBufferPointer
  ) -> [UInt8] {
    prefix.removeAll(keepingCapacity: true)
    prefix.append(contentsOf: previous)
    for shift in 0..<8 { prefix.append(UInt8(truncatingIfNeeded: sequence >> UInt64(8 * shift))) }
    prefix.append(contentsOf: kind)
    prefix.append(0)
    hasher.update(prefix)
    hasher.update(payload)
    return hasher.finish()
  }

  /// The hash of a record after the record with hash `previous`.
  public mutating func next(after previous: [UInt8], _ record: JournalRecord) -> [UInt8] {
    record.payload.withUnsafeBytes {
      next(after: previous, sequence: record.sequence, kind: record.kind.rawValue.utf8, payload: $0)
    }
  }
}
