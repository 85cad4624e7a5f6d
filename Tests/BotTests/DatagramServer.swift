import Glibc

/// The other end of the notification socket.
final class DatagramServer {
  private let handle: Int32

  init(path: String) {
    handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    Self.bind(handle, to: path)
  }
  deinit { close(handle) }

  /// Binds a socket to a path; a leading `@` means the abstract namespace.
  static func bind(_ handle: Int32, to path: String) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(100)) }
    if path.hasPrefix("@") { address.sun_path.0 = 0 }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(handle, $0, length) }
    }
  }

  /// The next datagram; nil when none waits.
  func receive() -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(handle, &buffer, buffer.count, 0)
    return count < 0 ? nil : String(decoding: buffer[0..<count], as: UTF8.self)
  }
}
