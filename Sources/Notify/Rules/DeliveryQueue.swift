import Core

/// How a delivery ended.
package enum DeliveryResult: Sendable, Hashable {
  case sent
  /// Not delivered, and why. `isTransient`: trying again may help; `afterSeconds`: not before.
  case failed(String, isTransient: Bool, afterSeconds: Int? = nil)
}

/// The messages that one channel still has to deliver, in order, with an end to every patience. A value.
package struct DeliveryQueue: Sendable {
  /// Messages that may wait; then the oldest of the least important goes, and is counted.
  package static let capacity = 100
  /// Tries of a message before it is given up.
  package static let tries = 12
  /// Longest pause between two tries, in seconds.
  package static let longestPauseSeconds = 300

  private var waiting: [NoticeMessage] = []
  private var attempt = 0
  private var notBefore = Timestamp.earliest

  /// Messages that were delivered.
  package private(set) var sent: UInt64 = 0
  /// Tries that failed.
  package private(set) var failed: UInt64 = 0
  /// Messages that nobody will get: given up, or pushed out of a full queue.
  package private(set) var dropped: UInt64 = 0
  /// Why the last try failed; nil: it did not.
  package private(set) var lastFailure: String?

  /// An empty queue.
  package init() {}

  /// Messages that wait.
  package var count: Int { waiting.count }

  /// Puts a message in line.
  package mutating func add(_ message: NoticeMessage) {
    waiting.append(message)
    guard waiting.count > Self.capacity else { return }
    dropped += 1
    // The first is under way.
    let least = waiting.dropFirst().map(\.importance).min()
    if let place = waiting.indices.dropFirst().first(where: { waiting[$0].importance == least }) {
      waiting.remove(at: place)
    }
  }

  /// What is to be tried now; nil: nothing. It stays in line until `finish`.
  package func next(at now: Timestamp) -> NoticeMessage? { now >= notBefore ? waiting.first : nil }

  /// Notes how the try of the first message ended.
  package mutating func finish(_ result: DeliveryResult, at now: Timestamp) {
    guard !waiting.isEmpty else { return }
    switch result {
    case .sent:
      sent += 1
      lastFailure = nil
      leave()
    case .failed(let reason, let isTransient, let afterSeconds):
      failed += 1
      lastFailure = reason
      attempt += 1
      guard isTransient, attempt < Self.tries else {
        dropped += 1
        return leave()
      }
      let pause = min(max(1 << min(attempt, 16), afterSeconds ?? 0), Self.longestPauseSeconds)
      notBefore = now.adding(milliseconds: Int64(pause) * 1000)
    }
  }

  private mutating func leave() {
    waiting.removeFirst()
    attempt = 0
    notBefore = .earliest
  }
}
