import Core
import Exchange
import Testing

/// An engine with a few accounts, and orders in few words.
struct Market {
  var engine: MatchingEngine
  var events: [EngineEvent] = []
  var time = Timestamp(milliseconds: 1000)
  private var sequence: UInt64 = 0

  init(
    _ instruments: [EngineInstrument] = [EngineInstrument(World.instrument(0, notional: "0"))], accounts: Int = 3,
    cash: String = "10000", limits: EngineLimits = EngineLimits(), costs: PaperCosts = .none
  ) {
    engine = MatchingEngine(instruments: instruments, limits: limits, costs: costs)
    for _ in 0..<accounts { _ = engine.openAccount(cashQuote: World.money(cash)) }
  }

  static func spot(_ filters: EngineFilters = EngineFilters()) -> [EngineInstrument] {
    [EngineInstrument(World.instrument(0, shortable: false, notional: "0"), filters: filters)]
  }

  static func external(_ instrument: Instrument = World.instrument(0, notional: "0")) -> [EngineInstrument] {
    [EngineInstrument(instrument, liquidity: .external)]
  }

  mutating func order(
    _ account: Int, _ side: Side, _ quantity: String, _ type: EngineOrderType,
    _ force: TimeInForce = .goodTillCancelled,
    postOnly: Bool = false, reduceOnly: Bool = false, stp: SelfTradePrevention = .none, key: UInt64? = nil
  ) -> EngineOrder {
    sequence += 1
    return EngineOrder(
      account: AccountID(account), key: ClientKey(high: key ?? sequence, low: 0), instrument: InstrumentID(index: 0),
      side: side, type: type, quantity: World.quantity(quantity), timeInForce: force, isPostOnly: postOnly,
      isReduceOnly: reduceOnly, selfTradePrevention: stp)
  }

  /// Sends an order; what happened.
  @discardableResult
  mutating func send(_ order: EngineOrder) -> [EngineEvent] {
    events = []
    engine.submit(order, at: time, into: &events)
    return events
  }

  @discardableResult
  mutating func limit(_ account: Int, _ side: Side, _ quantity: String, _ price: String, key: UInt64? = nil)
    -> [EngineEvent]
  {
    send(order(account, side, quantity, .limit(World.price(price)), key: key))
  }

  func free(_ account: Int) -> String { engine.cash(of: AccountID(account)).free.description }
  func locked(_ account: Int) -> String { engine.cash(of: AccountID(account)).locked.description }
  func held(_ account: Int) -> String {
    let position = engine.position(of: AccountID(account), in: InstrumentID(index: 0))
    return (position.side == .short ? "-" : "") + position.quantity.description
  }
  func book(_ side: Side) -> [String] {
    engine.levels(of: InstrumentID(index: 0), side: side, depth: 10).map { "\($0.quantity)@\($0.price)" }
  }
}

extension [EngineEvent] {
  var fills: [EngineFill] { compactMap { if case .trade(let fill) = $0 { fill } else { nil } } }
  /// Takers' trades as `quantity@price`.
  var taken: [String] { fills.filter { !$0.isMaker }.map { "\($0.quantity)@\($0.price)" } }
  var made: [String] { fills.filter(\.isMaker).map { "\($0.quantity)@\($0.price)" } }
  var refusal: EngineRefusal? {
    compactMap { if case .rejected(_, let refusal, _) = $0 { refusal } else { nil } }.first
  }
  var expiries: [ExpiryReason] { compactMap { if case .expired(_, let reason, _) = $0 { reason } else { nil } } }
  var cancelled: [UInt64] { compactMap { if case .cancelled(let tag, _) = $0 { tag.key.high } else { nil } } }
  var triggered: Int { count { if case .triggered = $0 { true } else { false } } }
}
