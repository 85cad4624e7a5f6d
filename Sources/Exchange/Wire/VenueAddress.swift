/// Where a served exchange is found. Only this machine: the protocol has no encryption and no passwords.
public enum VenueAddress: Hashable, Sendable, CustomStringConvertible {
  /// A Unix socket.
  case unix(path: String)
  /// A port of 127.0.0.1.
  case loopback(port: UInt16)

  /// Longest path of a Unix socket, in bytes (`sun_path` of `unix(7)` with its final zero).
  public static let longestPath = 107

  /// Reads `unix:PATH` and `tcp:127.0.0.1:PORT`. Throws `WireFault` for any other address.
  public init(_ text: String) throws(WireFault) {
    if text.hasPrefix("unix:") {
      self = try Self(path: String(text.dropFirst(5)))
    } else if text.hasPrefix("tcp:") {
      self = try Self(hostAndPort: String(text.dropFirst(4)))
    } else {
      throw WireFault(.invalid, "\(text): write unix:PATH or tcp:127.0.0.1:PORT")
    }
  }

  /// A Unix socket of a path. Throws `WireFault` for one that no socket can have.
  public init(path: String) throws(WireFault) {
    guard !path.isEmpty, path.utf8.count <= Self.longestPath, !path.utf8.contains(0) else {
      throw WireFault(.invalid, "\(path): the path of a Unix socket has 1 to \(Self.longestPath) bytes")
    }
    self = .unix(path: path)
  }

  /// Reads `127.0.0.1:PORT`. Throws `WireFault` for any other host: orders never cross a network unprotected.
  public init(hostAndPort text: String) throws(WireFault) {
    guard let colon = text.lastIndex(of: ":"), text[..<colon] == "127.0.0.1" else {
      throw WireFault(.invalid, "\(text): only 127.0.0.1:PORT is served, the protocol is not for networks")
    }
    let digits = text[text.index(after: colon)...]
    guard let port = UInt16(digits), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw WireFault(.invalid, "\(text): the port is a number from 0 to 65535")
    }
    self = .loopback(port: port)
  }

  /// The form that `init` reads.
  public var description: String {
    switch self {
    case .unix(let path): "unix:\(path)"
    case .loopback(let port): "tcp:127.0.0.1:\(port)"
    }
  }
}
