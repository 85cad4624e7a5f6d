import Core

/// Where orders go: the paper venue or an adapter to a real one.
///
/// Every adapter tells *rejected* from *unknown*, reports each fill under one trade id whatever channel it comes by,
/// and never rounds an order to be more aggressive than asked.
public protocol Venue: Sendable {
  /// What the venue can do besides what every venue can. Throws `VenueError` when it does not answer.
  func capabilities() async throws -> VenueCapabilities
  /// Hands over an order. Never throws: no trusted answer is `.unknown`.
  ///
  /// `gate` is asked in the step that hands the order over, with no suspension between its word and the bytes: in its
  /// `pass` the order's bytes go to the socket, or nothing does and the answer is `.rejected(.stopLatch)`. Bytes that the
  /// socket does not take at once must not be kept for later: after a stop nobody could call them back.
  ///
  /// A pair is one request, and its outcome that of both orders; a venue without pairs refuses it unsent.
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
  /// Nothing but what every venue can.
  public func capabilities() async throws -> VenueCapabilities { VenueCapabilities() }

  /// No such request: orders are cancelled one by one.
  public func cancelAll() async -> CancelOutcome? { nil }

  /// Hands over an order where there is no stop that could come in between: in tests and measurements.
  package func submit(_ order: OutboundOrder) async -> SubmitOutcome { await submit(order, through: OpenGate()) }
}

/// What a venue can do that not every venue can. What is missing is done without it, or refused before anything is sent.
public struct VenueCapabilities: Hashable, Sendable {
  /// Whether it takes pairs of orders of which it ends one when the other trades.
  public var hasPairs: Bool
  /// Capabilities as given.
  public init(hasPairs: Bool = false) { self.hasPairs = hasPairs }
}

/// The only two kinds of order that can leave: what the veto let pass, and what can only shrink a position, alone or as a
/// pair.
public enum OutboundOrder: Hashable, Sendable {
  /// A decision that the risk veto let pass.
  case approved(ApprovedOrder)
  /// An order that can only shrink a position.
  case protective(ProtectiveOrder)
  /// Two such orders in one request, of which the venue ends one when the other trades.
  case pair(ProtectivePair)

  /// What the venue sees; of a pair, the stop.
  public var request: OrderRequest {
    switch self {
    case .approved(let order): order.request
    case .protective(let order): order.request
    case .pair(let pair): pair.stop.request
    }
  }

  /// Every order that the venue gets to see: one, or a pair's two, the stop first.
  public var requests: [OrderRequest] {
    if case .pair(let pair) = self { pair.requests } else { [request] }
  }
}

extension LastGate {
  /// Runs `handOver` if all of an order may leave now.
  package func pass(_ order: OutboundOrder, _ handOver: () -> Void) -> Bool {
    if case .pair(let pair) = order { pass(pair: pair, handOver) } else { pass(order.request, handOver) }
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
