import Foundation

/// Searches in records without decoding them.
package enum ByteSearch {
  /// Offset of the first place from `start` on where `part` stands in `bytes`; nil if it stands nowhere. Fast when the
  /// first byte of `part` is rare. `part` must not be empty.
  package static func first(_ part: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Int? {
    bytes.withUnsafeBytes { bytes in
      part.withUnsafeBytes { part in
        var start = start
        while bytes.count - start >= part.count {
          let found = memchr(bytes.baseAddress! + start, Int32(part[0]), bytes.count - part.count - start + 1)
          guard let found else { return nil }
          let offset = UnsafeRawPointer(found) - bytes.baseAddress!
          if memcmp(found, part.baseAddress!, part.count) == 0 { return offset }
          start = offset + 1
        }
        return nil
      }
    }
  }

  /// Whether two texts are the same. The library compares them byte by byte.
  package static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count
      && left.withUnsafeBytes { left in
        right.withUnsafeBytes { right in left.isEmpty || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
        }
      }
  }
}
