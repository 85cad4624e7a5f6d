import Foundation
import Glibc

/// Bytes to a port of this machine and back, whatever they are.
package enum Wire {
  /// A connection, closed with the object.
  package final class Connection {
    package let descriptor: Int32

    package init?(port: Int) {
      signal(SIGPIPE, SIG_IGN)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_port = in_port_t(port).bigEndian
      place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var patience = timeval(tv_sec: 10, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      let isConnected = withUnsafePointer(to: &place) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      if !isConnected { return nil }
    }

    deinit { close(descriptor) }

    package func send(_ text: String) { Wire.send(text, to: descriptor) }

    /// What comes until it holds `mark`, the other side ends, or ten seconds pass.
    package func receive(until mark: String? = nil) -> String {
      var text = ""
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while mark.map({ !text.contains($0) }) ?? true {
        let count = read(descriptor, &buffer, buffer.count)
        if count <= 0 { break }
        text += String(decoding: buffer[..<count], as: UTF8.self)
      }
      return text
    }
  }

  /// Sends all of it, or what the other side takes.
  static func send(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      sent += count
    }
  }

  /// Listens, and serves one connection after the other until the socket is shut down.
  static func serve(_ descriptor: Int32, _ connection: @escaping @Sendable (Int32) -> Void) throws {
    signal(SIGPIPE, SIG_IGN)
    guard listen(descriptor, 8) == 0 else {
      close(descriptor)
      throw LoopbackServer.Failure()
    }
    let thread = Thread {
      // Closed here alone: a number given back while this thread still asks for connections would be the next server's.
      defer { close(descriptor) }
      while true {
        let accepted = accept(descriptor, nil, nil)
        guard accepted >= 0 else { return }
        connection(accepted)
        close(accepted)
      }
    }
    thread.start()
  }

  /// A socket with a port of this machine that was free.
  static func boundSocket() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard isBound else {
      close(descriptor)
      throw LoopbackServer.Failure()
    }
    return (descriptor, Int(UInt16(bigEndian: place.sin_port)))
  }

  /// A port that nobody listens at now.
  package static func freePort() throws -> Int {
    let (descriptor, port) = try boundSocket()
    close(descriptor)
    return port
  }

  /// One request on a connection of its own; the status code and all that was said. 0: nothing was.
  package static func ask(
    _ port: Int, _ method: String, _ path: String, token: String? = nil, headers: [String] = [], body: String? = nil
  ) -> (code: Int, text: String) {
    guard let connection = Connection(port: port) else { return (0, "no connection") }
    var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
    if let token { lines.append("Authorization: Bearer \(token)") }
    if let body {
      lines += ["Content-Length: \(body.utf8.count)"]
      if !headers.contains(where: { $0.lowercased().hasPrefix("content-type") }) {
        lines.append("Content-Type: application/json")
      }
    }
    connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
    let text = connection.receive()
    return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0, text)
  }
}
