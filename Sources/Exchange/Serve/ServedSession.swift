import Core
import Glibc

/// One client of a served exchange: what it sent, what it is still to get.
final class ServedSession {
  /// What one session may cost.
  enum Limits {
    /// Answers under way at once, where answers take time.
    static let waitingAnswers = 256
    /// Requests a second, and at once.
    static let requestsPerSecond: UInt64 = 500
    static let requestBurst: UInt64 = 1000
    /// Lines that are no requests before the session ends.
    static let badLines = 100
  }

  let file: Int32
  /// Name that the hello gave; nil before it.
  var client: String?
  var isSubscribed = false
  /// Why the session is to end.
  var ending: String?
  var badLines = 0
  var allowance: RateAllowance
  var input = LineBuffer(limit: WireLimits.requestBytes)
  private var output: [UInt8] = []
  private var sent = 0
  /// What goes out later, in the order of its time.
  private var delayed: [(due: UInt64, bytes: [UInt8], isAnswer: Bool)] = []
  private var delayedBytes = 0

  init(file: Int32, at nanoseconds: UInt64) {
    self.file = file
    allowance = RateAllowance(
      perSecond: Limits.requestsPerSecond, burst: Limits.requestBurst, at: nanoseconds)
  }

  /// Answers that wait for their time.
  var waitingAnswers: Int { delayed.count { $0.isAnswer } }
  /// Whether bytes wait for room in the socket.
  var hasOutput: Bool { sent < output.count }
  /// When the next delayed bytes are due, on the monotonic clock.
  var nextDue: UInt64? { delayed.first?.due }

  /// Puts bytes in line. False: more waits than a session may have.
  func send(_ bytes: [UInt8], isAnswer: Bool, due: UInt64, now: UInt64, limit: Int) -> Bool {
    guard output.count - sent + delayedBytes + bytes.count <= limit else { return false }
    if due <= now && delayed.isEmpty {
      output += bytes
    } else {
      delayedBytes += bytes.count
      let place = delayed.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
      delayed.insert((due, bytes, isAnswer), at: place)
    }
    return true
  }

  /// Writes what is due, as far as the socket takes it. False: the connection is over.
  func flush(now: UInt64) -> Bool {
    while let first = delayed.first, first.due <= now {
      output += first.bytes
      delayedBytes -= first.bytes.count
      delayed.removeFirst()
    }
    while sent < output.count {
      guard let count = StreamSocket.write(file, output[sent...]) else { return false }
      if count == 0 { return true }
      sent += count
    }
    output.removeAll(keepingCapacity: output.capacity <= 1 << 20)
    sent = 0
    return true
  }

  func end() { close(file) }
}
