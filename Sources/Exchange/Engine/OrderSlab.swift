import Core

/// An order inside the engine: a node of flat numbers in a slab, linked by indices.
struct OrderNode: Sendable, Equatable {
  /// No node.
  static let none: Int32 = -1

  enum Kind: UInt8, Sendable { case market, limit, stop, stopLimit }

  var number: UInt64
  var key: ClientKey
  /// The client's limit and trigger as raw prices; zero where the type has none.
  var limit: Int64
  var trigger: Int64
  var quantity: Int64
  var filled: Int64 = 0
  /// How much of what is left opens a position rather than closes one, valued at `claimPrice`.
  var opening: Int64
  var claimPrice: Int64
  /// What the account has locked for the order.
  var claimQuote: Int128
  var claimBase: Int64
  /// Arrival; data of before it does not meet the order.
  var liveFrom: Int64
  /// What stands before the order at its price in a recorded market.
  var queueAhead: Int64 = 0
  var account: Int32
  /// Neighbours at the same price, and among the account's open orders.
  var previous = none
  var next = none
  var accountPrevious = none
  var accountNext = none
  /// The other order of a pair.
  var partner = none
  /// The ladder that holds the order; -1: none, -2: it waits for the market.
  var ladder: Int32 = none
  var instrument: UInt16
  var kind: Kind
  /// The type as sent, which a trigger does not change.
  var sentKind: Kind
  var timeInForce: TimeInForce
  var selfTradePrevention: SelfTradePrevention
  var isBuy: Bool
  var isPostOnly: Bool
  var isReduceOnly: Bool
  var hasTraded = false

  static let waiting: Int32 = -2

  init(_ order: EngineOrder, number: UInt64, claim: OrderClaim, liveFrom: Timestamp) {
    self.number = number
    key = order.key
    limit = order.type.limit?.raw ?? 0
    trigger = order.type.trigger?.raw ?? 0
    quantity = order.quantity.raw
    opening = claim.opening
    claimPrice = claim.price
    claimQuote = claim.quote
    claimBase = claim.base
    self.liveFrom = liveFrom.milliseconds
    account = order.account.index
    instrument = order.instrument.index
    kind =
      switch order.type {
      case .market: .market
      case .limit: .limit
      case .stop: .stop
      case .stopLimit: .stopLimit
      }
    sentKind = kind
    timeInForce = order.timeInForce
    selfTradePrevention = order.selfTradePrevention
    isBuy = order.side == .buy
    isPostOnly = order.isPostOnly
    isReduceOnly = order.isReduceOnly
  }

  var remaining: Int64 { quantity - filled }
  var side: Side { isBuy ? .buy : .sell }
  var tag: OrderTag {
    OrderTag(
      account: AccountID(Int(account)), instrument: InstrumentID(index: instrument), number: number, key: key)
  }

  var order: EngineOrder {
    let type: EngineOrderType =
      switch sentKind {
      case .market: .market
      case .limit: .limit(Price(raw: limit))
      case .stop: .stop(trigger: Price(raw: trigger))
      case .stopLimit: .stopLimit(trigger: Price(raw: trigger), limit: Price(raw: limit))
      }
    return EngineOrder(
      account: AccountID(Int(account)), key: key, instrument: InstrumentID(index: instrument), side: side, type: type,
      quantity: Quantity(raw: quantity), timeInForce: timeInForce, isPostOnly: isPostOnly, isReduceOnly: isReduceOnly,
      selfTradePrevention: selfTradePrevention)
  }
}

/// What an order locks: base that it sells, or quote currency for what it opens.
struct OrderClaim: Hashable, Sendable {
  var price: Int64 = 0
  var opening: Int64 = 0
  var quote: Int128 = 0
  var base: Int64 = 0
}

/// Nodes in one array; freed places are used again, newest first, so that no order in the steady state allocates.
struct OrderSlab: Sendable {
  private(set) var nodes: [OrderNode] = []
  private var free: [Int32] = []

  /// Nodes in use.
  var count: Int { nodes.count - free.count }

  mutating func reserve(_ capacity: Int) {
    nodes.reserveCapacity(capacity)
    free.reserveCapacity(capacity)
  }

  subscript(slot: Int32) -> OrderNode {
    _read { yield nodes[Int(slot)] }
    _modify { yield &nodes[Int(slot)] }
  }

  mutating func insert(_ node: OrderNode) -> Int32 {
    if let slot = free.popLast() {
      nodes[Int(slot)] = node
      return slot
    }
    nodes.append(node)
    return Int32(nodes.count - 1)
  }

  /// Frees a place. Number 0 marks it: no live order has that.
  mutating func remove(_ slot: Int32) {
    nodes[Int(slot)].number = 0
    free.append(slot)
  }
}
