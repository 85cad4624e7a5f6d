import Control
import Core
import Execution
import Synchronization

/// Turns the news of a served exchange into inputs of the engine.
package final class VenueRelay: Sendable {
  private struct State {
    var isConnected = false
    var sessions = 0
    var skewMillis: Int?
    var bars = 0
  }
  private let state = Mutex(State())
  private let mailbox: Mailbox<Ingress>
  private let log: EventLog
  private let maximumBars: Int?
  /// A smaller change of the clock's skew is no news, in milliseconds.
  package static let skewStepMillis = 50

  /// A relay into `mailbox`; it ends the run after `maximumBars`.
  package init(mailbox: Mailbox<Ingress>, log: EventLog, maximumBars: Int?) {
    self.mailbox = mailbox
    self.log = log
    self.maximumBars = maximumBars
  }

  /// Whether a session stands.
  package var isConnected: Bool { state.withLock { $0.isConnected } }
  /// Sessions so far.
  package var sessions: Int { state.withLock { $0.sessions } }
  /// The skew that was last entered; nil: never measured.
  package var skewMillis: Int? { state.withLock { $0.skewMillis } }

  /// Takes one piece of news; false: the mailbox is full.
  package func take(_ news: ServedNews) -> Bool {
    switch news {
    case .report(let report): return mailbox.send(.report(report))
    case .bar(let bar): return take(bar)
    case .connected(let epoch):
      state.withLock {
        $0.isConnected = true
        $0.sessions += 1
      }
      guard epoch > 1 else { return true }
      log.write(.notice, "venue: connected again")
      return mailbox.send(.control(.degrade(.venueLost, isOn: false)))
    case .disconnected(let cause):
      state.withLock { $0.isConnected = false }
      log.write(.error, "venue: lost (\(cause)); nothing is opened until it is back and the books agree")
      return mailbox.send(.control(.degrade(.venueLost, isOn: true)))
    case .clockSkew(let millis):
      let isNews = state.withLock { state in
        if let known = state.skewMillis, abs(known - millis) < Self.skewStepMillis { return false }
        state.skewMillis = millis
        return true
      }
      return isNews ? mailbox.send(.control(.clockSkew(millis: millis))) : true
    }
  }

  private func take(_ bar: Bar) -> Bool {
    guard mailbox.send(.bar(bar, isPreRoll: false)) else { return false }
    let count = state.withLock { state in
      state.bars += 1
      return state.bars
    }
    if let maximumBars, count == maximumBars { mailbox.send(.end("bar_limit")) }
    return true
  }
}
