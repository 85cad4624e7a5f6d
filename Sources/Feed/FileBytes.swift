import CZlib
import Foundation

/// The bytes of a file in order, decompressed when they are gzip. Holds two buffers of 64 KiB, whatever the file's size.
final class FileBytes {
  /// Size of the buffers.
  static let bufferSize = 64 << 10

  /// Whether the content is gzip, by its first two bytes: then a checksum proves that it is complete.
  private(set) var isCompressed = false

  private let file: String
  private let descriptor: Int32
  private let input: UnsafeMutablePointer<UInt8>
  /// On the heap: zlib remembers its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isAtEnd = false
  /// Whether a compressed member has begun and not ended.
  private var isInsideMember = false
  private var bytesRead = 0

  /// Opens a file. Throws `FeedError.unreadable`.
  init(path: String) throws {
    file = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FeedError.unreadable(file: path, reason: String(cString: strerror(errno))) }
    input = .allocate(capacity: Self.bufferSize)
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    try begin()
  }

  deinit {
    if isCompressed { inflateEnd(stream) }
    stream.deallocate()
    input.deallocate()
    close(descriptor)
  }

  private func begin() throws {
    try refill()
    guard stream.pointee.avail_in >= 2, input[0] == 0x1f, input[1] == 0x8b else { return }
    // 15 bits of window, plus 16: gzip and nothing else.
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw FeedError.unreadable(file: file, reason: "zlib: status \(status)") }
    isCompressed = true
    isInsideMember = true
  }

  /// Reads the next piece of the file into the input buffer, which must be used up.
  private func refill() throws {
    guard !isAtEnd else { return }
    var count: Int
    repeat { count = read(descriptor, input, Self.bufferSize) } while count < 0 && errno == EINTR
    guard count >= 0 else { throw FeedError.unreadable(file: file, reason: String(cString: strerror(errno))) }
    if count == 0 { isAtEnd = true }
    bytesRead += count
    stream.pointee.next_in = input
    stream.pointee.avail_in = UInt32(count)
  }

  /// Copies the next bytes of the content; returns how many, 0 only at the end. Throws `FeedError`.
  func copy(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    isCompressed ? try inflated(into: target) : try copied(into: target)
  }

  private func copied(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    if stream.pointee.avail_in == 0 { try refill() }
    let count = min(Int(stream.pointee.avail_in), target.count)
    guard count > 0, let from = stream.pointee.next_in, let to = target.baseAddress else { return 0 }
    to.update(from: from, count: count)
    stream.pointee.next_in = from + count
    stream.pointee.avail_in -= UInt32(count)
    return count
  }

  private func inflated(into target: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    stream.pointee.next_out = target.baseAddress
    stream.pointee.avail_out = UInt32(target.count)
    while stream.pointee.avail_out == UInt32(target.count) {
      if stream.pointee.avail_in == 0 { try refill() }
      if stream.pointee.avail_in == 0 {
        guard isInsideMember else { return 0 }
        throw FeedError.corrupt(file: file, byteOffset: bytesRead, reason: "the compressed data end too early")
      }
      if !isInsideMember {
        // Files joined with cat are one gzip file of several members.
        inflateReset(stream)
        isInsideMember = true
      }
      switch inflate(stream, Z_NO_FLUSH) {
      case Z_OK, Z_BUF_ERROR: continue
      case Z_STREAM_END: isInsideMember = false
      case let status:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib: status \(status)"
        throw FeedError.corrupt(file: file, byteOffset: bytesRead - Int(stream.pointee.avail_in), reason: reason)
      }
    }
    return target.count - Int(stream.pointee.avail_out)
  }
}
