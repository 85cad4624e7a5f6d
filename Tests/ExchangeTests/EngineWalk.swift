import Core
import Exchange

/// Random operations on an engine of a few accounts and instruments, from a seed alone.
struct EngineWalk {
  enum Operation {
    case submit(EngineOrder)
    case pair(EngineOrder, EngineOrder)
    case cancel(AccountID, ClientKey)
    case cancelAll(AccountID, InstrumentID?)
    case replace(ClientKey, EngineOrder, ReplaceMode)
    case deposit(AccountID, Money)
  }

  enum Outcome: Equatable {
    case none
    case cancelled(EngineRefusal?)
    case replaced(ReplaceOutcome)
  }

  /// What a walk must have met to prove something.
  enum Kind: CaseIterable {
    case trade, partialFill, triggered, cancelled, selfTrade, otherLeg, timeInForce, reduceOnly
    case insufficientBalance, wouldMatch, duplicate, percentPrice, maximumOrders, wouldTrigger, listPrices
  }

  static let accounts = 6
  private(set) var engine: MatchingEngine
  private(set) var events: [EngineEvent] = []
  private(set) var time = Timestamp(milliseconds: 1_000_000)
  private(set) var met: Set<Kind> = []
  private var random: CounterRandom
  private var sequence: UInt64 = 0
  private var middle = [10_000, 3_000_017, 500]

  init(seed: UInt64) {
    random = CounterRandom(seed: seed, purpose: .propertyTest)
    var filters = EngineFilters()
    filters.maximumOpenOrders = 7
    filters.maximumStopOrders = 3
    filters.refusesTriggeredStops = true
    filters.priceBand = PriceBand(
      bidUp: Rate(basisPoints: 10_050), bidDown: Rate(basisPoints: 9_900), askUp: Rate(basisPoints: 10_100),
      askDown: Rate(basisPoints: 9_950))
    var loose = EngineFilters()
    loose.maximumOpenOrders = 9
    loose.maximumQuantity = World.quantity("0.0000300")
    engine = MatchingEngine(instruments: [
      EngineInstrument(World.instrument(0, shortable: false, notional: "1"), filters: filters),
      // Prices and quantities whose fees do not fit, and a rebate for makers.
      EngineInstrument(
        World.instrument(
          1, tick: "0.000001", lot: "0.0000001", minimum: "0.0000001", notional: "0", maker: -1, taker: 7),
        filters: loose),
      EngineInstrument(World.baseFee(2), filters: loose),
    ])
    for index in 0..<Self.accounts {
      let account = engine.openAccount(cashQuote: World.money(index == 0 ? "0.0001" : "900"))!
      for place in [UInt16(0), 2] {
        try! engine.deposit(
          World.quantity("5"), of: InstrumentID(index: place), totalCostQuote: World.money("500"), to: account)
      }
    }
  }

  mutating func nextOperation() -> Operation {
    time = time.adding(milliseconds: Int64(random.below(3)))
    let account = AccountID(random.below(Self.accounts))
    switch random.below(100) {
    case 0..<66: return .submit(order(account))
    case 66..<72: return pair(account)
    case 72..<86: return .cancel(account, someKey(account))
    case 86..<97:
      let modes = ReplaceMode.allCases
      return .replace(someKey(account), order(account), modes[random.below(modes.count)])
    case 97:
      return .cancelAll(account, random.below(2) == 0 ? nil : InstrumentID(index: UInt16(random.below(3))))
    default: return .deposit(account, World.money(account.index == 0 ? "0.00001" : "40"))
    }
  }

  /// Mostly the name of an open order of the account.
  private mutating func someKey(_ account: AccountID) -> ClientKey {
    let open = engine.openOrders(of: account)
    if open.isEmpty || random.below(12) == 0 { return ClientKey(high: 0, low: 0) }
    return open[random.below(open.count)].order.key
  }

  private mutating func newKey(_ account: AccountID) -> ClientKey {
    if random.below(80) == 0 { return someKey(account) }
    sequence += 1
    return ClientKey(high: sequence, low: 1)
  }

  private mutating func price(_ place: Int, _ away: Int) -> Price {
    let unit: Int64 = place == 1 ? 1_000 : 10_000_000
    if random.below(40) == 0 { middle[place] = max(200, middle[place] + random.below(7) - 3) }
    let off = random.below(200) == 0 ? unit / 2 : 0
    let far = random.below(250) == 0 ? middle[place] / 50 : 0
    return Price(raw: Int64(middle[place] + away + far) * unit + off)
  }

  private mutating func order(_ account: AccountID) -> EngineOrder {
    let place = random.below(3)
    let side: Side = random.below(2) == 0 ? .buy : .sell
    let sign = side == .buy ? -1 : 1
    let near = price(place, sign * (random.below(14) - 4))
    let beyond = price(place, -sign * (random.below(12) - 1))
    let types: [EngineOrderType] = [
      .limit(near), .limit(near), .limit(near), .limit(near), .market, .stop(trigger: beyond),
      .stopLimit(trigger: beyond, limit: near),
    ]
    let type = types[random.below(types.count)]
    let lot: Int64 = place == 1 ? 100 : 1_000_000
    return EngineOrder(
      account: account, key: newKey(account), instrument: InstrumentID(index: UInt16(place)), side: side, type: type,
      quantity: Quantity(raw: lot * Int64(1 + random.below(place == 1 ? 320 : 900)) + (random.below(300) == 0 ? 1 : 0)),
      timeInForce: [.goodTillCancelled, .goodTillCancelled, .goodTillCancelled, .immediateOrCancel, .fillOrKill][
        random.below(5)],
      isPostOnly: random.below(5) == 0, isReduceOnly: random.below(8) == 0,
      selfTradePrevention: SelfTradePrevention.allCases[random.below(4)])
  }

  private mutating func pair(_ account: AccountID) -> Operation {
    var limit = order(account)
    let place = Int(limit.instrument.index)
    let sign = limit.side == .buy ? -1 : 1
    limit.timeInForce = .goodTillCancelled
    limit.type = .limit(price(place, sign * (2 + random.below(6))))
    var stop = limit
    stop.key = newKey(account)
    let trigger = price(place, -sign * (2 + random.below(6)))
    stop.type = random.below(2) == 0 ? .stop(trigger: trigger) : .stopLimit(trigger: trigger, limit: trigger)
    if stop.key == limit.key { stop.key = ClientKey(high: sequence, low: 2) }
    return .pair(limit, stop)
  }

  mutating func play(_ operation: Operation) -> Outcome {
    events.removeAll(keepingCapacity: true)
    var outcome = Outcome.none
    switch operation {
    case .submit(let order): engine.submit(order, at: time, into: &events)
    case .pair(let limit, let stop): engine.submitPair(limit: limit, stop: stop, at: time, into: &events)
    case .cancel(let account, let key):
      outcome = .cancelled(engine.cancel(key, of: account, at: time, into: &events))
    case .cancelAll(let account, let instrument):
      engine.cancelAll(of: account, in: instrument, at: time, into: &events)
    case .replace(let key, let order, let mode):
      outcome = .replaced(engine.replace(key, with: order, mode, at: time, into: &events))
    case .deposit(let account, let cash): try! engine.deposit(cash, to: account)
    }
    for event in events { note(event) }
    return outcome
  }

  private mutating func note(_ event: EngineEvent) {
    switch event {
    case .trade(let fill): met.insert(fill.remaining.isPositive ? .partialFill : .trade)
    case .triggered: met.insert(.triggered)
    case .cancelled: met.insert(.cancelled)
    case .expired(_, .selfTrade, _): met.insert(.selfTrade)
    case .expired(_, .otherLeg, _): met.insert(.otherLeg)
    case .expired(_, .timeInForce, _): met.insert(.timeInForce)
    case .rejected(_, .reduceOnly, _): met.insert(.reduceOnly)
    case .rejected(_, .insufficientBalance, _): met.insert(.insufficientBalance)
    case .rejected(_, .wouldMatch, _): met.insert(.wouldMatch)
    case .rejected(_, .duplicateClientKey, _): met.insert(.duplicate)
    case .rejected(_, .percentPrice, _): met.insert(.percentPrice)
    case .rejected(_, .maximumOrders, _): met.insert(.maximumOrders)
    case .rejected(_, .wouldTrigger, _): met.insert(.wouldTrigger)
    case .rejected(_, .listPrices, _): met.insert(.listPrices)
    default: break
    }
  }
}
