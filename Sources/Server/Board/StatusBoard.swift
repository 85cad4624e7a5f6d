import Core
import Synchronization

/// What the bot last said, for all who ask: it is written by the bot, never waited for, and read by the server.
package final class StatusBoard: Sendable {
  /// One message to subscribers.
  package enum Event: Sendable {
    /// A state; whoever listens makes JSON of it, for the bot has better to do.
    case status(StatusSnapshot)
    /// A decision, as JSON of one line.
    case decision([UInt8])
    /// An execution, as JSON of one line.
    case fill([UInt8])
  }

  private struct State {
    var snapshot: StatusSnapshot?
    var publishedNanoseconds: UInt64 = 0
    var decisions: [[UInt8]] = []
    var history = BoardHistory()
    var next = 0
    var subscribers: [Int: AsyncStream<Event>.Continuation] = [:]
    var dropped: UInt64 = 0
    var deliveries: [DeliveryCounts] = []
  }

  private let time: any TimeSource
  private let state = Mutex(State())

  /// An empty board.
  package init(time: any TimeSource) { self.time = time }

  /// What the bot last said of itself and how long ago.
  package var latest: (snapshot: StatusSnapshot?, ageMillis: Int64) {
    let now = time.monotonicNanoseconds
    return state.withLock { ($0.snapshot, Int64((now &- $0.publishedNanoseconds) / 1_000_000)) }
  }

  /// Whether the bot could trade now.
  package var readiness: Readiness {
    let (snapshot, age) = latest
    return Readiness(snapshot, ageMillis: age)
  }

  /// Events that slow subscribers did not get.
  package var dropped: UInt64 { state.withLock { $0.dropped } }
  /// Those who listen.
  package var subscribers: Int { state.withLock { $0.subscribers.count } }

  /// Puts up a state.
  package func publish(_ snapshot: StatusSnapshot) {
    let now = time.monotonicNanoseconds
    state.withLock { state in
      state.snapshot = snapshot
      state.history.take(snapshot)
      state.publishedNanoseconds = now
    }
    send(.status(snapshot))
  }

  /// What became of notifications, by channel.
  package var deliveries: [DeliveryCounts] { state.withLock { $0.deliveries } }

  /// Puts up what became of notifications.
  package func publish(deliveries: [DeliveryCounts]) { state.withLock { $0.deliveries = deliveries } }

  /// Puts up a decision, as JSON of one line.
  package func publish(decision json: [UInt8]) {
    state.withLock { state in
      state.decisions.append(json)
      if state.decisions.count > 2 * ServerLimits.decisions { state.decisions.removeFirst(ServerLimits.decisions) }
    }
    send(.decision(json))
  }

  /// Tells subscribers of an execution, as JSON of one line.
  package func publish(fill json: [UInt8]) { send(.fill(json)) }

  /// The last decisions, newest first.
  package func decisions(limit: Int) -> [[UInt8]] {
    state.withLock { $0.decisions.suffix(max(0, min(limit, ServerLimits.decisions))).reversed() }
  }

  /// Equity and closes since the start as JSON of one object.
  package var historyJSON: [UInt8] { state.withLock { $0.history }.json }

  /// What is put up from now on; nil: too many listen.
  package func subscribe() -> AsyncStream<Event>? {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Event.self, bufferingPolicy: .bufferingNewest(ServerLimits.waitingEvents))
    let number: Int? = state.withLock { state in
      guard state.subscribers.count < ServerLimits.subscribers else { return nil }
      state.next += 1
      state.subscribers[state.next] = continuation
      return state.next
    }
    guard let number else { return nil }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.subscribers.removeValue(forKey: number) }
    }
    return stream
  }

  private func send(_ event: Event) {
    // Outside the lock: a subscriber that ends takes it.
    let subscribers = state.withLock { Array($0.subscribers.values) }
    var dropped: UInt64 = 0
    for subscriber in subscribers { if case .dropped = subscriber.yield(event) { dropped += 1 } }
    if dropped > 0 { state.withLock { $0.dropped += dropped } }
  }
}
