import Core
import Exchange

/// A second matching engine, written from the rules alone: one list of orders, every question answered by a scan.
struct NaiveEngine {
  struct Order {
    var number: UInt64
    var sent: EngineOrder
    var left: Int64
    var opening: Int64
    var claimPrice: Int64
    var lockedQuote: Int128
    var lockedBase: Int64
    var isStop: Bool
    var isMarket: Bool
    var partner: UInt64?
    /// Place in the queue of its price; nil while it takes.
    var queued: Int?
    var isBuy: Bool { sent.side == .buy }
  }

  struct Account {
    var cash: Int128
    var locked: Int128 = 0
    var fees: Int128 = 0
    var positions: [PositionView]
    var lockedBase: [Int64]
  }

  let instruments: [EngineInstrument]
  var accounts: [Account] = []
  var orders: [Order] = []
  var last: [Int64]
  var events: [EngineEvent] = []
  var orderCount: UInt64 = 0
  var tradeCount: UInt64 = 0
  var queueCount = 0
  /// Prices of the operation under way.
  var prices: [Int64] = []
  var now = Timestamp(milliseconds: 0)

  init(_ instruments: [EngineInstrument]) {
    self.instruments = instruments
    last = Array(repeating: 0, count: instruments.count)
  }

  mutating func openAccount(_ cash: Money) {
    let count = instruments.count
    accounts.append(
      Account(
        cash: cash.raw, positions: Array(repeating: .flat, count: count), lockedBase: Array(repeating: 0, count: count))
    )
  }

  func rules(_ order: EngineOrder) -> InstrumentRules { instruments[Int(order.instrument.index)].instrument.rules[0] }
  func traits(_ order: EngineOrder) -> Instrument { instruments[Int(order.instrument.index)].instrument }
  func find(_ number: UInt64) -> Int? { orders.firstIndex { $0.number == number } }

  func available(_ account: Int) -> Int128 {
    var shorts: Int128 = 0
    for position in accounts[account].positions where position.side == .short { shorts += position.totalCostQuote.raw }
    return accounts[account].cash - accounts[account].locked - 2 * shorts
  }

  func held(_ order: EngineOrder) -> Int64 {
    let position = accounts[Int(order.account.index)].positions[Int(order.instrument.index)]
    return position.side == (order.side == .buy ? .short : .long) ? position.quantity.raw : 0
  }

  static func fee(_ notional: Int128, _ rate: Rate) -> Int128 {
    // Away from zero, by whole units of 10⁻¹⁸.
    let product = notional * Int128(rate.raw), unit = Int128(1_000_000_000)
    let quotient = product / unit
    return product % unit == 0 ? quotient : quotient + (product < 0 ? -1 : 1)
  }

  func needed(_ order: EngineOrder, _ price: Int64, _ opening: Int64) -> Int128 {
    if opening == 0 { return 0 }
    let notional = Int128(price) * Int128(opening)
    if order.side == .buy && traits(order).feeAsset == .base { return notional }
    return notional + Self.fee(notional, max(rules(order).takerFee, rules(order).makerFee))
  }

  /// Resting limits that an order of the side could meet, best first.
  func opposite(_ instrument: InstrumentID, isBuy: Bool) -> [Order] {
    orders.filter {
      $0.sent.instrument == instrument && $0.isBuy != isBuy && !$0.isStop && !$0.isMarket && $0.queued != nil
    }.sorted {
      let (left, right) = ($0.sent.type.limit!, $1.sent.type.limit!)
      if left == right { return $0.queued! < $1.queued! }
      return isBuy ? left < right : left > right
    }
  }

  /// The first of `opposite`, without the list.
  func best(_ instrument: InstrumentID, isBuy: Bool) -> Order? {
    var found: Int?
    for (place, order) in orders.enumerated()
    where order.sent.instrument == instrument && order.isBuy != isBuy && !order.isStop && !order.isMarket {
      guard let queued = order.queued, let price = order.sent.type.limit else { continue }
      if let now = found, let other = orders[now].sent.type.limit {
        if price == other ? queued > orders[now].queued! : isBuy ? price > other : price < other { continue }
      }
      found = place
    }
    return found.map { orders[$0] }
  }

  // MARK: - Operations

  mutating func submit(_ order: EngineOrder) {
    switch check(order, without: nil) {
    case .failure(let refusal): reject(order, refusal)
    case .success(let claim): start(add(order, claim))
    }
  }

  mutating func reject(_ order: EngineOrder, _ refusal: EngineRefusal) {
    let tag = OrderTag(account: order.account, instrument: order.instrument, number: 0, key: order.key)
    events.append(.rejected(tag, refusal, at: now))
  }

  mutating func submitPair(_ limit: EngineOrder, _ stop: EngineOrder) {
    var limit = limit
    limit.isPostOnly = true
    let trigger = stop.type.trigger!.raw, price = limit.type.limit!.raw
    let now = last[Int(limit.instrument.index)]
    var refusal: EngineRefusal?
    var claims: [Order] = []
    for order in [limit, stop] where refusal == nil {
      switch check(order, without: nil) {
      case .failure(let found): refusal = found
      case .success(let claim): claims.append(claim)
      }
    }
    if refusal == nil, count(limit, stopsOnly: false) + 2 > instruments[Int(limit.instrument.index)].most {
      refusal = .maximumOrders
    }
    if refusal == nil {
      let (low, high) = limit.side == .sell ? (trigger, price) : (price, trigger)
      if low >= high || (now != 0 && !(low < now && now < high)) { refusal = .listPrices }
    }
    if let refusal {
      reject(limit, refusal)
      return reject(stop, refusal)
    }
    claims[0].lockedQuote = max(claims[0].lockedQuote, claims[1].lockedQuote)
    claims[0].lockedBase = max(claims[0].lockedBase, claims[1].lockedBase)
    (claims[1].lockedQuote, claims[1].lockedBase) = (0, 0)
    let first = add(limit, claims[0]), second = add(stop, claims[1])
    orders[find(first)!].partner = second
    orders[find(second)!].partner = first
    start(first)
    start(second)
  }

  mutating func cancel(_ account: AccountID, _ key: ClientKey) -> EngineRefusal? {
    guard let order = orders.first(where: { $0.sent.account == account && $0.sent.key == key }) else {
      return .unknownOrder
    }
    end(order.number, .cancelled)
    return nil
  }

  mutating func cancelAll(_ account: AccountID, _ instrument: InstrumentID?) {
    for order in orders
    where order.sent.account == account && (instrument == nil || order.sent.instrument == instrument) {
      if find(order.number) != nil { end(order.number, .cancelled) }
    }
  }

  mutating func replace(_ key: ClientKey, _ order: EngineOrder, _ mode: ReplaceMode) -> ReplaceOutcome {
    let old = orders.first { $0.sent.account == order.account && $0.sent.key == key }
    if old == nil && mode != .allowFailure {
      return ReplaceOutcome(cancel: .failed(.unknownOrder), new: .notAttempted)
    }
    if let old, mode == .atomic, case .failure(let refusal) = check(order, without: old) {
      return ReplaceOutcome(cancel: .notAttempted, new: .failed(refusal))
    }
    if let old { end(old.number, .cancelled) }
    let half: ReplaceOutcome.Half = old == nil ? .failed(.unknownOrder) : .done
    switch check(order, without: nil) {
    case .failure(let refusal):
      reject(order, refusal)
      return ReplaceOutcome(cancel: half, new: .failed(refusal))
    case .success(let claim):
      start(add(order, claim))
      return ReplaceOutcome(cancel: half, new: .done)
    }
  }

  // MARK: - Checks

  func count(_ order: EngineOrder, stopsOnly: Bool) -> Int {
    orders.count {
      $0.sent.account == order.account && $0.sent.instrument == order.instrument
        && (!stopsOnly || $0.sent.type.trigger != nil)
    }
  }

  /// What the order would lock, as an order; `old` is about to go, with its pair.
  func check(_ order: EngineOrder, without old: Order?) -> Result<Order, EngineRefusal> {
    var world = self
    let pair = old.flatMap { old in old.partner.flatMap { find($0) } }.map { orders[$0] }
    for gone in [old, pair].compactMap({ $0 }) {
      world.accounts[Int(gone.sent.account.index)].locked -= gone.lockedQuote
      world.accounts[Int(gone.sent.account.index)].lockedBase[Int(gone.sent.instrument.index)] -= gone.lockedBase
    }
    let gone = [old, pair].compactMap { $0 }.filter { $0.sent.instrument == order.instrument }
    let goneStops = gone.count { $0.sent.type.trigger != nil }
    return world.check(order, goneKey: old?.sent.key, gone: gone.count, goneStops: goneStops)
  }

  private func check(
    _ order: EngineOrder, goneKey: ClientKey?, gone: Int, goneStops: Int
  ) -> Result<Order, EngineRefusal> {
    let instrument = instruments[Int(order.instrument.index)], rules = rules(order)
    guard order.quantity.isPositive else { return .failure(.invalid) }
    if order.key != goneKey, orders.contains(where: { $0.sent.account == order.account && $0.sent.key == order.key }) {
      return .failure(.duplicateClientKey)
    }
    for price in [order.type.trigger, order.type.limit].compactMap({ $0 }) {
      guard price.isPositive, price.raw % rules.tick.raw == 0 else { return .failure(.priceFilter) }
    }
    let last = last[Int(order.instrument.index)]
    if let limit = order.type.limit, let band = instrument.filters.priceBand, last > 0 {
      let (up, down) = order.side == .buy ? (band.bidUp, band.bidDown) : (band.askUp, band.askDown)
      let scaled = Int128(limit.raw) * 1_000_000_000
      guard scaled <= Int128(last) * Int128(up.raw), scaled >= Int128(last) * Int128(down.raw) else {
        return .failure(.percentPrice)
      }
    }
    guard order.quantity.raw % rules.lot.raw == 0 else { return .failure(.lotSize) }
    guard order.quantity >= rules.minimumQuantity else { return .failure(.minimumQuantity) }
    if let most = instrument.filters.maximumQuantity, order.quantity > most { return .failure(.maximumQuantity) }
    if count(order, stopsOnly: false) - gone >= instrument.most { return .failure(.maximumOrders) }
    if order.type.trigger != nil, let most = instrument.filters.maximumStopOrders,
      count(order, stopsOnly: true) - goneStops >= most
    {
      return .failure(.maximumStopOrders)
    }
    if order.isPostOnly, case .limit(let limit) = order.type,
      let best = best(order.instrument, isBuy: order.side == .buy)?.sent.type.limit,
      order.side == .buy ? best <= limit : best >= limit
    {
      return .failure(.wouldMatch)
    }
    if let trigger = order.type.trigger, instrument.filters.refusesTriggeredStops, last > 0,
      order.side == .buy ? last >= trigger.raw : last <= trigger.raw
    {
      return .failure(.wouldTrigger)
    }
    return claim(order, last)
  }

  private func claim(_ order: EngineOrder, _ last: Int64) -> Result<Order, EngineRefusal> {
    var result = Order(
      number: 0, sent: order, left: order.quantity.raw, opening: 0, claimPrice: 0, lockedQuote: 0, lockedBase: 0,
      isStop: order.type.trigger != nil, isMarket: order.type.limit == nil, partner: nil, queued: nil)
    let held = held(order)
    if order.isReduceOnly { return order.quantity.raw <= held ? .success(result) : .failure(.reduceOnly) }
    if let price = order.type.limit ?? order.type.trigger {
      result.claimPrice = price.raw
    } else if order.side == .sell {
      result.claimPrice = best(order.instrument, isBuy: false)?.sent.type.limit?.raw ?? last
    } else {
      var left = order.quantity.raw
      result.claimPrice = last
      for maker in opposite(order.instrument, isBuy: true) where left > 0 {
        result.claimPrice = maker.sent.type.limit!.raw
        left -= maker.left
      }
    }
    if result.claimPrice == 0 { return .failure(.marketClosed) }
    let notional = Price(raw: result.claimPrice) * order.quantity
    if notional < rules(order).minimumNotionalQuote { return .failure(.notional) }
    let account = Int(order.account.index)
    if order.side == .sell && !traits(order).isShortable {
      let free = held - accounts[account].lockedBase[Int(order.instrument.index)]
      if order.quantity.raw > free { return .failure(held == 0 ? .shortNotAllowed : .insufficientBalance) }
      result.lockedBase = order.quantity.raw
      return .success(result)
    }
    result.opening = max(0, order.quantity.raw - held)
    result.lockedQuote = needed(order, result.claimPrice, result.opening)
    if result.lockedQuote > 0, result.lockedQuote > available(account) { return .failure(.insufficientBalance) }
    return .success(result)
  }
}

extension EngineInstrument {
  var most: Int { filters.maximumOpenOrders ?? .max }
}
