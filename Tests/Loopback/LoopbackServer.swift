import Foundation
import Glibc
import Synchronization

/// A server on this machine alone, which says what it is told to. Ends with the object.
package final class LoopbackServer: Sendable {
  /// What is said to a request.
  package enum Reply: Sendable {
    /// These bytes; the connection stays.
    case reply(String)
    /// These bytes, and the end of the connection.
    case cut(String)
    /// Nothing, until the other side goes.
    case silence
  }

  /// No socket could be had.
  package struct Failure: Error {}

  /// `http://127.0.0.1` with the port.
  package let address: String
  private let socket: Int32
  private let opened = Atomic(0)
  private let asked = Mutex<[String]>([])

  /// Connections that were made.
  package var connections: Int { opened.load(ordering: .relaxed) }
  /// First lines of the requests that came.
  package var requests: [String] { asked.withLock { $0 } }

  /// Listens, and answers one connection after the other.
  package init(_ answer: @escaping @Sendable (String) -> Reply) throws {
    let (descriptor, port) = try Wire.boundSocket()
    socket = descriptor
    address = "http://127.0.0.1:\(port)"
    try Wire.serve(descriptor) { [weak self] connection in
      self?.opened.add(1, ordering: .relaxed)
      Self.serve(connection, answer) { line in self?.asked.withLock { $0.append(line) } }
    }
  }

  /// After it there are no more connections, so that the thread ends.
  deinit { shutdown(socket, Int32(SHUT_RDWR)) }

  private static func serve(_ connection: Int32, _ answer: (String) -> Reply, _ note: (String) -> Void) {
    var pending = ""
    var buffer = [UInt8](repeating: 0, count: 8192)
    while true {
      while !pending.contains("\r\n\r\n") {
        let count = read(connection, &buffer, buffer.count)
        guard count > 0 else { return }
        pending += String(decoding: buffer[..<count], as: UTF8.self)
      }
      let head = pending.components(separatedBy: "\r\n\r\n")[0]
      let named = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
      let length = named.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
      while pending.utf8.count < head.utf8.count + 4 + length {
        let count = read(connection, &buffer, buffer.count)
        guard count > 0 else { return }
        pending += String(decoding: buffer[..<count], as: UTF8.self)
      }
      note(String(pending.prefix { $0 != "\r\n" }))
      let reply = answer(pending)
      pending = ""
      switch reply {
      case .reply(let text): Wire.send(text, to: connection)
      case .cut(let text):
        Wire.send(text, to: connection)
        return
      case .silence: while read(connection, &buffer, buffer.count) > 0 {}
      }
    }
  }
}
