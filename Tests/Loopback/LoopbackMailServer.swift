import Foundation
import Glibc
import Synchronization

/// A mail server on this machine alone, without encryption. Ends with the object.
package final class LoopbackMailServer: Sendable {
  /// `127.0.0.1` with the port.
  package let port: Int
  private let socket: Int32
  private let lines = Mutex<[String]>([])

  /// What clients said, line by line; a letter is one entry.
  package var transcript: [String] { lines.withLock { $0 } }

  /// Listens. `answers`: what is said instead of the usual to a command, by its first word.
  package init(answers: [String: String] = [:], hello: [String] = ["250-here", "250 AUTH PLAIN"]) throws {
    let (descriptor, port) = try Wire.boundSocket()
    (socket, self.port) = (descriptor, port)
    try Wire.serve(descriptor) { [weak self] connection in
      Self.serve(connection, answers, hello) { line in self?.lines.withLock { $0.append(line) } }
    }
  }

  deinit { shutdown(socket, Int32(SHUT_RDWR)) }

  private static func serve(
    _ connection: Int32, _ answers: [String: String], _ hello: [String], _ note: (String) -> Void
  ) {
    var pending = ""
    var buffer = [UInt8](repeating: 0, count: 8192)
    func read(until mark: String) -> String? {
      while true {
        if let end = pending.range(of: mark) {
          defer { pending = String(pending[end.upperBound...]) }
          return String(pending[..<end.lowerBound])
        }
        let count = Glibc.read(connection, &buffer, buffer.count)
        guard count > 0 else { return nil }
        pending += String(decoding: buffer[..<count], as: UTF8.self)
      }
    }
    Wire.send("220 here\r\n", to: connection)
    while let line = read(until: "\r\n") {
      note(line)
      let words = line.split(separator: " ")
      let verb = words.first.map { $0.uppercased() } ?? ""
      let usual =
        switch verb {
        case "EHLO": hello.joined(separator: "\r\n")
        case "AUTH" where words.count < 3: "334 "
        case "AUTH": "235 welcome"
        case "DATA": "354 go on"
        case "QUIT": "221 bye"
        default: "250 good"
        }
      let answer = answers[verb] ?? usual
      Wire.send(answer + "\r\n", to: connection)
      if answer.hasPrefix("334"), let secret = read(until: "\r\n") {
        note(secret)
        Wire.send("235 welcome\r\n", to: connection)
      }
      if answer.hasPrefix("354"), let letter = read(until: "\r\n.\r\n") {
        note(letter)
        Wire.send((answers["."] ?? "250 taken") + "\r\n", to: connection)
      }
      if verb == "QUIT" { return }
    }
  }
}
