/// Cuts a stream of bytes into lines, with a limit on their length.
package struct LineBuffer: Sendable {
  /// Longest line with its newline, in bytes.
  package let limit: Int
  private var bytes: [UInt8] = []
  private var start = 0
  /// Bytes from `start` on in which no newline was found.
  private var searched = 0

  /// An empty buffer.
  package init(limit: Int) { self.limit = limit }

  /// Adds what has come in.
  package mutating func append(_ new: some Collection<UInt8>) {
    if start > 0 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes.append(contentsOf: new)
  }

  /// Bytes that wait.
  package var count: Int { bytes.count - start }

  /// The next whole line without its newline; nil if none is whole. Throws `WireFault` when it is longer than allowed:
  /// the stream cannot be used any more, for nobody knows where the next line begins.
  package mutating func next() throws(WireFault) -> ArraySlice<UInt8>? {
    let end = bytes.endIndex
    guard let newline = bytes[(start + searched)...].firstIndex(of: 10) else {
      searched = end - start
      guard searched < limit else { throw WireFault(.invalid, "a line longer than \(limit) bytes") }
      return nil
    }
    guard newline - start < limit else { throw WireFault(.invalid, "a line longer than \(limit) bytes") }
    defer {
      start = newline + 1
      searched = 0
    }
    return bytes[start..<newline]
  }
}
