import Core

/// An order as execution knows it.
public struct TrackedOrder: Hashable, Sendable {
  /// What was asked for.
  public internal(set) var request: OrderRequest
  /// Time of the decision.
  public let decidedAt: Timestamp
  /// Price at which the order's exposure is reserved.
  public let reservePrice: Price
  /// Distance of the protective stop that a fill wants; nil: none.
  public let stopDistance: Price?
  /// Distance of the take-profit order that a fill wants; nil: none.
  public let takeProfitDistance: Price?
  /// The other order of the pair that it was sent in; nil: it was sent alone.
  public let pair: ClientOrderID?
  /// Where the order stands.
  public internal(set) var state: OrderState
  /// Sum of the fills counted.
  public internal(set) var filledQuantity: Quantity = .zero
  /// The most that the venue has said is filled; above `filledQuantity` while reports of fills are missing.
  public internal(set) var venueFilledQuantity: Quantity = .zero
  /// How the order has ended at the venue, held back until the missing fills are counted.
  public internal(set) var endsAs: OrderState?
  /// Whether the end in `endsAs` is only reported: the venue still has to say how much was filled before it.
  public internal(set) var isEndUnconfirmed = false
  /// Whether the venue has ever shown that it has the order.
  public internal(set) var isAcknowledged = false
  /// Whether the venue surely never had the order: rejected for lack of existence, not refused.
  public internal(set) var isNeverPlaced = false
  /// Whether a cancel was asked for.
  public internal(set) var isCancelRequested = false

  init(
    request: OrderRequest, decidedAt: Timestamp, reservePrice: Price = .zero, stopDistance: Price? = nil,
    takeProfitDistance: Price? = nil, pair: ClientOrderID? = nil, state: OrderState = .intended
  ) {
    self.request = request
    self.decidedAt = decidedAt
    self.reservePrice = reservePrice
    self.stopDistance = stopDistance
    self.takeProfitDistance = takeProfitDistance
    self.pair = pair
    self.state = state
  }

  /// The order's id.
  public var id: ClientOrderID { request.clientID }
  /// What may still trade.
  public var remaining: Quantity { Quantity(raw: max(0, request.quantity.raw - filledQuantity.raw)) }
  /// Whether any of it is known to have traded.
  var hasTraded: Bool { filledQuantity.isPositive || venueFilledQuantity.isPositive }
  /// Exposure that the rest of the order may open.
  public var reservedQuote: Money { request.clientID.role == .entry ? reservePrice * remaining : .zero }
}

extension TrackedOrder: Codable {
  private enum Key: String, CodingKey {
    case id, instrument, side, kind, price, quantity, reduceOnly, decidedAt, reservePrice, stopDistance,
      takeProfitDistance, pair, state
    case filled, venueFilled, endsAs, endUnconfirmed, acknowledged, neverPlaced, cancelRequested
  }

  /// Reads what `encode` wrote.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let price = try values.decodeIfPresent(Price.self, forKey: .price)
    let kind: OrderKind
    switch (try values.decode(String.self, forKey: .kind), price) {
    case ("market", nil): kind = .market
    case ("limit", let price?): kind = .limit(price)
    case ("stop_market", let price?): kind = .stopMarket(trigger: price)
    case (let text, _):
      throw DecodingError.dataCorruptedError(forKey: .kind, in: values, debugDescription: "no order kind: \(text)")
    }
    self.init(
      request: OrderRequest(
        clientID: try values.decode(ClientOrderID.self, forKey: .id),
        instrument: try values.decode(InstrumentID.self, forKey: .instrument),
        side: try values.decode(Side.self, forKey: .side), kind: kind,
        quantity: try values.decode(Quantity.self, forKey: .quantity),
        isReduceOnly: try values.decode(Bool.self, forKey: .reduceOnly)),
      decidedAt: try values.decode(Timestamp.self, forKey: .decidedAt),
      reservePrice: try values.decode(Price.self, forKey: .reservePrice),
      stopDistance: try values.decodeIfPresent(Price.self, forKey: .stopDistance),
      takeProfitDistance: try values.decodeIfPresent(Price.self, forKey: .takeProfitDistance),
      pair: try values.decodeIfPresent(ClientOrderID.self, forKey: .pair),
      state: try values.decode(OrderState.self, forKey: .state))
    filledQuantity = try values.decode(Quantity.self, forKey: .filled)
    venueFilledQuantity = try values.decode(Quantity.self, forKey: .venueFilled)
    endsAs = try values.decodeIfPresent(OrderState.self, forKey: .endsAs)
    isEndUnconfirmed = try values.decodeIfPresent(Bool.self, forKey: .endUnconfirmed) ?? false
    isAcknowledged = try values.decode(Bool.self, forKey: .acknowledged)
    isNeverPlaced = try values.decode(Bool.self, forKey: .neverPlaced)
    isCancelRequested = try values.decode(Bool.self, forKey: .cancelRequested)
  }

  /// Writes every field.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(id, forKey: .id)
    try values.encode(request.instrument, forKey: .instrument)
    try values.encode(request.side, forKey: .side)
    switch request.kind {
    case .market: try values.encode("market", forKey: .kind)
    case .limit(let price):
      try values.encode("limit", forKey: .kind)
      try values.encode(price, forKey: .price)
    case .stopMarket(let trigger):
      try values.encode("stop_market", forKey: .kind)
      try values.encode(trigger, forKey: .price)
    }
    try values.encode(request.quantity, forKey: .quantity)
    try values.encode(request.isReduceOnly, forKey: .reduceOnly)
    try values.encode(decidedAt, forKey: .decidedAt)
    try values.encode(reservePrice, forKey: .reservePrice)
    try values.encodeIfPresent(stopDistance, forKey: .stopDistance)
    try values.encodeIfPresent(takeProfitDistance, forKey: .takeProfitDistance)
    try values.encodeIfPresent(pair, forKey: .pair)
    try values.encode(state, forKey: .state)
    try values.encode(filledQuantity, forKey: .filled)
    try values.encode(venueFilledQuantity, forKey: .venueFilled)
    try values.encodeIfPresent(endsAs, forKey: .endsAs)
    if isEndUnconfirmed { try values.encode(true, forKey: .endUnconfirmed) }
    try values.encode(isAcknowledged, forKey: .acknowledged)
    try values.encode(isNeverPlaced, forKey: .neverPlaced)
    try values.encode(isCancelRequested, forKey: .cancelRequested)
  }
}
