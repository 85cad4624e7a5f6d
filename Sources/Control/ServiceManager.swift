import Glibc

/// The notification protocol of systemd (`sd_notify(3)`): one datagram to the socket that the environment names.
package struct ServiceManager: Sendable {
  private let socketPath: String?
  /// How often the watchdog wants to hear from the loop, in milliseconds; nil: no watchdog.
  package let watchdogMillis: Int?

  /// The manager that started this process, if any.
  package init(environment: [String: String]) {
    socketPath = environment["NOTIFY_SOCKET"]
    watchdogMillis = environment["WATCHDOG_USEC"].flatMap(Int.init).map { $0 / 1000 }
  }

  /// Whether there is one.
  package var isPresent: Bool { socketPath != nil }

  /// Sends lines such as `READY=1`, `STATUS=…`, `WATCHDOG=1`, `STOPPING=1`. Silent when nobody listens.
  ///
  /// A manager that does not read must not hold up the loop that trades: a message that finds the socket's queue full is
  /// lost after `patienceMillis`. Messages that come once are worth waiting for, those that come again are not.
  package func notify(_ state: String, patienceMillis: Int = 0) {
    guard let socketPath, socketPath.utf8.count < 107, let first = socketPath.utf8.first else { return }
    let handle = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard handle >= 0 else { return }
    defer { close(handle) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
    // A leading @ means the abstract namespace, whose names start with a NUL and have no end mark.
    if first == 64 { address.sun_path.0 = 0 }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + socketPath.utf8.count)
    var flags = Int32(MSG_NOSIGNAL)
    if patienceMillis > 0 {
      var patience = timeval(tv_sec: patienceMillis / 1000, tv_usec: patienceMillis % 1000 * 1000)
      setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    } else {
      flags |= Int32(MSG_DONTWAIT)
    }
    var text = Array(state.utf8)
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(handle, &text, text.count, flags, $0, length)
      }
    }
  }
}
