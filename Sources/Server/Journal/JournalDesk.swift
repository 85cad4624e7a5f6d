import Dispatch
import Journal
import Synchronization

/// The journal as the server reads it: over a connection and on a thread of its own, so that neither trading nor other
/// requests wait. Few questions may wait for their turn.
package final class JournalDesk: Sendable {
  /// Why there is no answer.
  package enum Failure: Error, Sendable {
    /// The run keeps no journal.
    case none
    /// Too many questions wait.
    case busy
    /// It cannot be read.
    case unreadable(String)
  }

  private let directory: String?
  private let queue = DispatchQueue(label: "server.journal", qos: .utility)
  private let waiting = Mutex(0)
  private let figures = Mutex(TradingFigures())

  /// A desk over the journal in a directory; nil: there is none.
  package init(directory: String?) { self.directory = directory }

  /// Asks the journal. Throws `Failure`.
  func ask<Answer: Sendable>(_ body: @escaping @Sendable (JournalQuery) throws -> Answer) async throws -> Answer {
    guard let directory else { throw Failure.none }
    let isAdmitted = waiting.withLock { count in
      guard count < ServerLimits.waitingQuestions else { return false }
      count += 1
      return true
    }
    guard isAdmitted else { throw Failure.busy }
    defer { waiting.withLock { $0 -= 1 } }
    return try await withCheckedThrowingContinuation { continuation in
      queue.async {
        continuation.resume(
          with: Result {
            // Not kept open: while somebody reads, the journal is not rotated.
            do { return try body(JournalQuery(directory: directory)) } catch let error as Refusal {
              throw error
            } catch { throw Failure.unreadable("\(error)") }
          })
      }
    }
  }

  /// The results of all fills so far. Throws `Failure`.
  func results() async throws -> TradingFigures {
    try await ask { [self] query in
      try figures.withLock { figures in
        try figures.update(from: query)
        return figures
      }
    }
  }
}
