import Core
import Execution

/// What the guard asks of a venue, over a session of its own.
package protocol GuardVenue: Venue {
  /// What is traded there, in the order of the account's positions. Asked for before anything that names an instrument.
  func instruments() async throws -> InstrumentTable
  /// The last price of an instrument; nil: there is none.
  func lastPrice(of instrument: InstrumentID) async throws -> Price?
  /// Has the venue end every order unless this is asked again within so many milliseconds; 0: no more.
  func setDeadMan(millis: Int) async throws
}

/// Lets nothing out but the guard's own closing orders.
package struct GuardGate: LastGate {
  /// The gate.
  package init() {}
  package func pass(_ request: OrderRequest, _ handOver: () -> Void) -> Bool {
    guard request.isReduceOnly, request.clientID.role == .guardFlatten else { return false }
    handOver()
    return true
  }
}
