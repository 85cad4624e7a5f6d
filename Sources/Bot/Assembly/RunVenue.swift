import Core
import Execution

/// Where the orders of a run go.
package enum RunVenue: Sendable {
  /// The paper exchange in this process, which sees each bar before the bot does.
  case inProcess(PaperVenue)
  /// The paper exchange in a process of its own, with a market of its own.
  case served(ServedVenue)

  /// The venue itself.
  package var venue: any Venue {
    switch self {
    case .inProcess(let venue): venue
    case .served(let venue): venue
    }
  }

  /// The served one; nil: it is in this process.
  package var served: ServedVenue? { if case .served(let venue) = self { venue } else { nil } }

  /// Brings a bar to the market of this process; a served one has its own, and sends its reports itself.
  package func advance(_ bar: Bar) async -> [ExecutionReport] {
    switch self {
    case .inProcess(let venue): await venue.advance(bar)
    case .served: []
    }
  }

  /// Reports since the last call, where they are not sent.
  package func takeReports() async -> [ExecutionReport] {
    switch self {
    case .inProcess(let venue): await venue.takeReports()
    case .served: []
    }
  }

  /// Closes ledger or session.
  package func close() async throws {
    switch self {
    case .inProcess(let venue): try await venue.close()
    case .served(let venue): await venue.close()
    }
  }
}
