import Core
import Glibc
import Synchronization

/// How grave a log line is, in journald's terms.
package enum LogLevel: String, Sendable, Comparable {
  case debug, info, notice, warning, error, critical

  /// journald's priority: 7 debug to 2 critical.
  package var priority: Int {
    switch self {
    case .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
  package static func < (left: LogLevel, right: LogLevel) -> Bool { left.priority > right.priority }
}

/// One JSON line per event: to a file, or to standard error with journald's priority prefix.
package final class EventLog: Sendable {
  /// A file beyond this size is set aside as `NAME.1`.
  package static let rotationBytes = 16 << 20
  /// Last lines that are kept in memory, for those who ask the running bot: under systemd there is no file to look into.
  package static let recentLines = 500
  private struct Target {
    var handle: Int32
    var bytes: Int
    /// Lines that nobody took.
    var dropped = 0
    var recent: [[UInt8]] = []

    mutating func remember(_ line: [UInt8]) {
      recent.append(line)
      if recent.count >= 2 * EventLog.recentLines { recent.removeFirst(EventLog.recentLines) }
    }
  }
  private let path: String?
  private let target: Mutex<Target>
  private let time: any TimeSource
  private let minimum: LogLevel

  /// A log to `path`, or to standard error when nil. A file that cannot be opened falls back to standard error.
  package init(path: String?, minimum: LogLevel = .info, time: any TimeSource = SystemTime()) {
    self.time = time
    self.minimum = minimum
    let handle = path.map { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640) } ?? -1
    self.path = handle >= 0 ? path : nil
    var status = stat()
    let size = handle >= 0 && fstat(handle, &status) == 0 ? Int(status.st_size) : 0
    target = Mutex(Target(handle: handle >= 0 ? handle : 2, bytes: size))
  }

  /// Writes one line. `fields` are further members, as JSON text by key.
  package func write(_ level: LogLevel, _ message: String) {
    guard level >= min(minimum, .info) else { return }
    var line = CanonicalJSON(capacity: 160 + message.utf8.count)
    line.object {
      $0.key("at")
      $0.value(time.now.description)
      $0.key("level")
      $0.value(level.rawValue)
      $0.key("message")
      $0.value(message)
    }
    write(line: line.bytes, level)
  }

  /// Writes a line for whoever is on duty: the same with a member `event`, for a forwarder to pick up.
  package func notify(_ event: String, _ message: String, level: LogLevel = .critical) {
    var line = CanonicalJSON(capacity: 200 + message.utf8.count)
    line.object {
      $0.key("at")
      $0.value(time.now.description)
      $0.key("event")
      $0.value("notify")
      $0.key("level")
      $0.value(level.rawValue)
      $0.key("message")
      $0.value(message)
      $0.key("what")
      $0.value(event)
    }
    write(line: line.bytes, level)
  }

  /// Writes a line of JSON that was made elsewhere.
  package func write(line: [UInt8], _ level: LogLevel = .info) {
    guard level >= min(minimum, .info) else { return }
    target.withLock { target in
      target.remember(line)
      guard level >= minimum else { return }
      var bytes = path == nil && getenv("JOURNAL_STREAM") != nil ? Array("<\(level.priority)>".utf8) : []
      bytes += line
      bytes.append(10)
      rotateIfNeeded(&target, adding: bytes.count)
      // A pipe that nobody empties must not hold up the thread that trades.
      var descriptor = pollfd(fd: target.handle, events: Int16(POLLOUT), revents: 0)
      guard poll(&descriptor, 1, 0) > 0 else {
        target.dropped += 1
        return
      }
      _ = bytes.withUnsafeBytes { Glibc.write(target.handle, $0.baseAddress, $0.count) }
      target.bytes += bytes.count
    }
  }

  /// The last lines, oldest first, each one JSON object: also those that are too unimportant for the file.
  package var recent: [[UInt8]] { target.withLock { Array($0.recent.suffix(Self.recentLines)) } }

  private func rotateIfNeeded(_ target: inout Target, adding count: Int) {
    guard let path, target.bytes + count > Self.rotationBytes else { return }
    // Whoever keeps more of it than this copies the file and empties it.
    var status = stat()
    if fstat(target.handle, &status) == 0, Int(status.st_size) + count <= Self.rotationBytes {
      target.bytes = Int(status.st_size)
      return
    }
    rename(path, path + ".1")
    let handle = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard handle >= 0 else { return }
    close(target.handle)
    (target.handle, target.bytes) = (handle, 0)
  }
}
