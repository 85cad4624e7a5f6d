import Glibc

/// Stream sockets of this machine, without blocking.
package enum StreamSocket {
  /// Listens. A socket file that a dead process left is replaced; one in use is not. Throws `WireFault`.
  package static func listen(_ address: VenueAddress) throws(WireFault) -> Int32 {
    if case .unix(let path) = address, access(path, F_OK) == 0 {
      let probe = try? connect(address)
      if let probe {
        close(probe)
        throw WireFault(.unavailable, "\(address) is in use")
      }
      unlink(path)
    }
    let file = try make(address)
    var on: Int32 = 1
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let old = umask(0o077)
    let bound = withAddress(address) { Glibc.bind(file, $0, $1) }
    umask(old)
    guard bound == 0, Glibc.listen(file, 64) == 0 else {
      defer { close(file) }
      throw WireFault(.unavailable, "\(address): \(String(cString: strerror(errno)))")
    }
    return file
  }

  /// Begins to connect; `finishConnecting` tells how it went once the socket can be written. Throws `WireFault`.
  package static func connect(_ address: VenueAddress) throws(WireFault) -> Int32 {
    let file = try make(address)
    let result = withAddress(address) { Glibc.connect(file, $0, $1) }
    guard result == 0 || errno == EINPROGRESS else {
      defer { close(file) }
      throw WireFault(.unavailable, "\(address): \(String(cString: strerror(errno)))")
    }
    return file
  }

  /// Why a connection failed; nil: it stands.
  package static func failure(of file: Int32) -> String? {
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(file, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return String(cString: strerror(errno)) }
    return code == 0 ? nil : String(cString: strerror(code))
  }

  /// The next client; nil: none waits.
  package static func accept(_ listener: Int32) -> Int32? {
    let file = Glibc.accept(listener, nil, nil)
    guard file >= 0 else { return nil }
    makeNonBlocking(file)
    noDelay(file)
    return file
  }

  /// What has come in, at most `limit` bytes; empty: nothing yet; nil: the connection is over.
  package static func read(_ file: Int32, atMost limit: Int = 65_536) -> [UInt8]? {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
      count = recv(file, buffer.baseAddress, limit, 0)
      initialized = max(0, count)
    }
    if count > 0 { return bytes }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? [] : nil
  }

  /// Bytes that went out, maybe 0; nil: the connection is over.
  package static func write(_ file: Int32, _ bytes: ArraySlice<UInt8>) -> Int? {
    let count = bytes.withUnsafeBytes { send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    if count >= 0 { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }

  private static func make(_ address: VenueAddress) throws(WireFault) -> Int32 {
    let family: Int32 = if case .unix = address { AF_UNIX } else { AF_INET }
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let file = socket(family, kind, 0)
    guard file >= 0 else { throw WireFault(.unavailable, "socket: \(String(cString: strerror(errno)))") }
    if family == AF_INET { noDelay(file) }
    return file
  }

  /// Never blocks, and is closed in programs that this one starts.
  static func makeNonBlocking(_ file: Int32) {
    _ = fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
  }

  private static func noDelay(_ file: Int32) {
    var on: Int32 = 1
    // Fails on a Unix socket, which has no delay.
    setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func withAddress(
    _ address: VenueAddress, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    switch address {
    case .unix(let path):
      var place = sockaddr_un()
      place.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: path.utf8) }
      return withUnsafePointer(to: &place) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
    case .loopback(let port):
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_port = port.bigEndian
      place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      return withUnsafePointer(to: &place) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
    }
  }
}
