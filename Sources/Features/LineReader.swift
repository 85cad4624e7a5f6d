import Foundation

/// Reads the lines of a file through one buffer. Memory is bounded by `maximumLength`, whatever the file holds.
final class LineReader {
  /// Why reading ended.
  enum Failure: Error {
    /// The system's text for a failed call.
    case system(String)
    /// The line is longer than `maximumLength` bytes.
    case tooLong
  }

  /// Longest line, in bytes without its end.
  static let maximumLength = 1024
  private static let bufferSize = 65_536

  private let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: bufferSize)
  private var start = 0
  private var end = 0
  private var isAtEnd = false
  /// Number of the line read last, from 1.
  private(set) var lineNumber = 0

  /// Opens a file.
  init(path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.system(String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }

  /// Hands the next line, without its line feed and carriage return, to `body`; nil at the end of the file.
  func next<Result>(_ body: (Slice<UnsafeBufferPointer<UInt8>>) throws -> Result) throws -> Result? {
    var scanned = start
    while true {
      let feed = buffer.withUnsafeBufferPointer { bytes in bytes[scanned..<end].firstIndex(of: 10) }
      if let feed { return try deliver(upTo: feed, resumeAt: feed + 1, body) }
      if isAtEnd { return start == end ? nil : try deliver(upTo: end, resumeAt: end, body) }
      // A line that does not end within the longest length and a carriage return never will in time.
      guard end - start <= Self.maximumLength + 1 else {
        lineNumber += 1
        throw Failure.tooLong
      }
      scanned = end
      scanned -= try fill()
    }
  }

  private func deliver<Result>(
    upTo stop: Int, resumeAt next: Int, _ body: (Slice<UnsafeBufferPointer<UInt8>>) throws -> Result
  ) throws -> Result {
    lineNumber += 1
    let first = start
    start = next
    return try buffer.withUnsafeBufferPointer { bytes in
      var last = stop
      if last > first, bytes[last - 1] == 13 { last -= 1 }
      guard last - first <= Self.maximumLength else { throw Failure.tooLong }
      return try body(bytes[first..<last])
    }
  }

  /// Reads more bytes behind those that are left, moved to the front; returns by how much they moved.
  private func fill() throws -> Int {
    let moved = start
    let left = end - start
    if moved > 0 { buffer.replaceSubrange(0..<left, with: Array(buffer[start..<end])) }
    start = 0
    end = left
    let count = buffer.withUnsafeMutableBytes { bytes in
      read(descriptor, bytes.baseAddress! + left, bytes.count - left)
    }
    if count < 0, errno == EINTR { return moved }
    guard count >= 0 else { throw Failure.system(String(cString: strerror(errno))) }
    if count == 0 { isAtEnd = true }
    end += count
    return moved
  }
}
