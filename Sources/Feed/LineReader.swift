import Core
import Foundation

/// The lines of a file, one at a time, as bytes in a buffer that the next line overwrites.
final class LineReader {
  /// No line of a bar file is longer.
  static let longestLine = 4 << 10

  /// Number of the line returned last, from 1.
  private(set) var line = 0
  /// Whether the line returned last ended with a line break.
  private(set) var isFinished = true
  /// Whether the file carries a checksum that proves it complete.
  var isChecked: Bool { bytes.isCompressed }

  private let file: String
  private let bytes: FileBytes
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private var start = 0
  private var end = 0

  /// Opens a file. Throws `FeedError.unreadable`.
  init(path: String) throws {
    file = path
    bytes = try FileBytes(path: path)
    // One more for the zero behind the last byte.
    buffer = .allocate(capacity: FileBytes.bufferSize + Self.longestLine + 1)
    buffer[0] = 0
  }

  deinit { buffer.deallocate() }

  /// The next line without its line break (and without a carriage return before it); nil at the end.
  @inline(__always)
  func next() throws -> UnsafeBufferPointer<UInt8>? {
    let base = buffer.baseAddress!
    var searched = 0
    while true {
      if let found = memchr(base + start + searched, 10, end - start - searched) {
        let length = found - UnsafeMutableRawPointer(base + start)
        let line = try take(length)
        start += length + 1
        return line
      }
      searched = end - start
      guard searched <= Self.longestLine else { throw tooLong() }
      if try fill() == 0 {
        guard end > start else { return nil }
        let line = try take(end - start)
        start = end
        isFinished = false
        return line
      }
    }
  }

  /// What is read and not taken yet, with a zero behind it: the begin of the next line, and perhaps all of it.
  @inline(__always)
  var unread: UnsafePointer<UInt8> { UnsafePointer(buffer.baseAddress! + start) }

  /// Takes the next line, which the caller has read in `unread`. `next` is the byte behind its line break.
  @inline(__always)
  func take(upTo next: UnsafePointer<UInt8>) {
    start = next - UnsafePointer(buffer.baseAddress!)
    line += 1
  }

  /// Gives the line returned last once more. Only before another is read.
  func putBack(_ line: UnsafeBufferPointer<UInt8>) {
    start = (line.baseAddress ?? UnsafePointer(buffer.baseAddress!)) - UnsafePointer(buffer.baseAddress!)
    isFinished = true
    self.line -= 1
  }

  @inline(__always)
  private func take(_ length: Int) throws -> UnsafeBufferPointer<UInt8> {
    guard length <= Self.longestLine else { throw tooLong() }
    line += 1
    let base = buffer.baseAddress! + start
    let hasReturn = length > 0 && base[length - 1] == 13
    return UnsafeBufferPointer(start: base, count: hasReturn ? length - 1 : length)
  }

  private func tooLong() -> FeedError { .lineTooLong(file: file, line: line + 1, limit: Self.longestLine) }

  /// Moves what is left to the front and reads more behind it.
  private func fill() throws -> Int {
    let base = buffer.baseAddress!
    if start > 0 {
      memmove(base, base + start, end - start)
      end -= start
      start = 0
    }
    let room = buffer.count - 1
    let count = try bytes.copy(into: UnsafeMutableBufferPointer(rebasing: buffer[end..<room]))
    end += count
    buffer[end] = 0
    return count
  }
}
