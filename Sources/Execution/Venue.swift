import Core

/// Where orders go: the paper venue or an adapter to a real one.
///
/// Every adapter tells *rejected* from *unknown*, reports each fill under one trade id whatever channel it comes by,
/// and never rounds an order to be more aggressive than asked.
public protocol Venue: Sendable {
  /// Hands over an order. Never throws: no trusted answer is `.unknown`.
  ///
  /// `gate` is asked in the step that hands the order over, with no suspension between its word and the bytes: in its
  /// `pass` the order's bytes go to the socket, or nothing does and the answer is `.rejected(.stopLatch)`. Bytes that the
  /// socket does not take at once must not be kept for later: after a stop nobody could call them back.
  func submit(_ order: OutboundOrder, through gate: any LastGate) async -> SubmitOutcome
  /// Asks to end an order.
  func cancel(_ id: ClientOrderID) async -> CancelOutcome
  /// Asks to end every order of the account in one request; nil where a venue has no such request. Orders that are on
  /// their way when it arrives are not ended by it: single cancels follow.
  func cancelAll() async -> CancelOutcome?
  /// The order; nil only when the venue surely does not know it and never will: not while it could still arrive.
  func order(_ id: ClientOrderID) async throws -> OrderSnapshot?
  /// All resting orders.
  func openOrders() async throws -> [OrderSnapshot]
  /// All fills with ids above `tradeID`, oldest first.
  func fills(after tradeID: UInt64) async throws -> [Fill]
  /// Cash and positions.
  func account() async throws -> AccountSnapshot
}

extension Venue {
  /// No such request: orders are cancelled one by one.
  public func cancelAll() async -> CancelOutcome? { nil }

  /// Hands over an order where there is no stop that could come in between: in tests and measurements.
  package func submit(_ order: OutboundOrder) async -> SubmitOutcome { await submit(order, through: OpenGate()) }
}

/// The only two kinds of order that can leave.
public enum OutboundOrder: Hashable, Sendable {
  /// A decision that the risk veto let pass.
  case approved(ApprovedOrder)
  /// An order that can only shrink a position.
  case protective(ProtectiveOrder)

  /// What the venue sees.
  public var request: OrderRequest {
    switch self {
    case .approved(let order): order.request
    case .protective(let order): order.request
    }
  }
}

/// How a cancel ended as far as the sender knows.
public enum CancelOutcome: Hashable, Sendable {
  /// The order has ended.
  case cancelled
  /// The venue works on it; a report follows.
  case pending
  /// No resting order of this id: probably filled. Query it.
  case notOpen
  /// No answer that can be trusted; the cancel may be sent again.
  case unknown(cause: String)
}

/// Why a venue could not answer.
public struct VenueError: Error, Equatable, CustomStringConvertible, Sendable {
  /// What failed.
  public let cause: String
  /// An error of one cause.
  public init(cause: String) { self.cause = cause }
  /// The cause in words.
  public var description: String { "venue: \(cause)" }
}
