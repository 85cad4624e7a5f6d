import Foundation
import Glibc
import Synchronization

/// Text to whoever started the bot. A reader that is gone or asleep must neither end nor hold up a bot that trades.
enum Output {
  private static let dropped = Atomic(0)

  /// Writes all of it, or gives up in silence: there is nobody left to tell.
  static func write(_ text: String, to descriptor: Int32) { write(Array(text.utf8), to: descriptor) }

  /// The same for bytes.
  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      written += count
    }
  }

  /// Writes a line if it can be taken now. One that cannot is counted, and the next one that can comes after the count.
  /// A pipe that is ready takes 4 KiB without waiting; no line is that long.
  static func offer(_ line: [UInt8], to descriptor: Int32) {
    var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&state, 1, 0) == 1, state.revents & Int16(POLLOUT) != 0, line.count < 4000 else {
      dropped.add(1, ordering: .relaxed)
      return
    }
    let missing = dropped.exchange(0, ordering: .relaxed)
    write((missing > 0 ? Array("{\"dropped_lines\":\(missing)}\n".utf8) : []) + line + [10], to: descriptor)
  }

  /// A value as one line of JSON: names in snake case, in order.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
