import Core
import DequeModule

/// Everything that execution must not lose: journalled, restored at start, equal in a replay.
public struct ExecutionState: Hashable, Sendable, Codable {
  /// Symbols by instrument index, so that a changed list of instruments is noticed.
  public internal(set) var symbols: [String]
  /// Orders that have not ended, oldest first.
  public internal(set) var orders: [TrackedOrder] = []
  /// The newest ended orders, for late reports.
  public internal(set) var ended: Deque<TrackedOrder> = []
  /// Positions by instrument index: the sum of the fills.
  public internal(set) var positions: [PositionView]
  /// Cash from the fills, never rounded.
  public internal(set) var cashQuote: Money
  /// Fees from the fills.
  public internal(set) var feesQuote: Money = .zero
  /// Trade ids counted.
  public internal(set) var trades = TradeLog()
  /// Protective stops by instrument index.
  public internal(set) var protections: [Protection]
  /// Highest decision taken on.
  public internal(set) var lastDecision: UInt64?
  /// The stop in force.
  public internal(set) var plan: StopPlan?
  /// Whether the venue's account and ours are known to differ in a way that only a person can judge.
  public internal(set) var isUnreconciled = false
  /// Whether anything ties this state to an account: a fill, an order or a reconciliation.
  public internal(set) var isTied = false
  /// Counts of everything.
  public internal(set) var counters = ExecutionCounters()
  /// Ended orders remembered.
  static let endedCapacity = 64

  init(instruments: InstrumentTable, cashQuote: Money) {
    symbols = instruments.instruments.map(\.symbol)
    self.cashQuote = cashQuote
    positions = Array(repeating: .flat, count: instruments.count)
    protections = Array(repeating: Protection(), count: instruments.count)
  }

  /// The same state for another list of instruments. What the new list cannot hold makes the state unreconciled.
  func moved(to instruments: InstrumentTable) -> ExecutionState {
    var moved = self
    let places = symbols.map { instruments.instrument(symbol: $0)?.id }
    let fresh = ExecutionState(instruments: instruments, cashQuote: cashQuote)
    moved.symbols = fresh.symbols
    moved.positions = fresh.positions
    moved.protections = fresh.protections
    for (old, place) in places.enumerated() {
      if let place {
        moved.positions[Int(place.index)] = positions[old]
        moved.protections[Int(place.index)] = protections[old]
      } else if positions[old].side != .flat {
        moved.isUnreconciled = true
      }
    }
    let move = { (order: TrackedOrder) -> TrackedOrder? in
      places[Int(order.request.instrument.index)].map { order.moved(to: $0) }
    }
    moved.orders = orders.compactMap(move)
    moved.ended = Deque(ended.compactMap(move))
    if moved.orders.count != orders.count { moved.isUnreconciled = true }
    return moved
  }
}

extension TrackedOrder {
  func moved(to instrument: InstrumentID) -> TrackedOrder {
    var moved = self
    moved.request.instrument = instrument
    return moved
  }
}
