import Core

/// The order state machine: approved orders in, effects out; positions are the sum of the fills.
///
/// Rules it keeps: one order per decision, never sent twice; an order without a trusted answer stays `unknown`, with its
/// exposure reserved, until the venue gives evidence; each fill counts once, by trade id; ended orders stay ended; a
/// position has one live stop at most, for its actual quantity; after a stop nothing leaves but the stop's own plan.
///
/// The shell journals an `.intent` durably, asks `release`, sends, and brings every answer back.
public struct ExecutionStage: Sendable {
  /// What is traded.
  public let instruments: InstrumentTable
  /// Everything that must survive a restart.
  public internal(set) var state: ExecutionState
  /// Findings of the newest reconciliation.
  public internal(set) var lastReconciliation: Reconciliation?
  /// Whether fills are known to be missing, or the last snapshot was older than what is known: reconcile again.
  public internal(set) var needsReconciliation: Bool
  /// Whether orders sent by an earlier process may be under way: cleared by the first reconciliation.
  var hasOldSubmissions: Bool
  /// Reconciliations in a row whose account was read at another trade than ours.
  var staleLooks = 0
  static let staleLooksAllowed = 3
  /// Orders that may be open at once; opening orders beyond it are refused.
  public static let orderCapacity = 256
  /// The same for this stage: at most `orderCapacity`.
  let openOrderLimit: Int
  /// Whether the venue takes a position's stop and take-profit order as a pair and ends one when the other trades. If
  /// not, that is done by hand.
  public let hasPairs: Bool
  /// How far from the last price a flattening limit order may trade.
  public static let flattenCollar = Rate(basisPoints: 100)

  /// A stage with an account of `cashQuote` and nothing else, or with a journalled state (then cash comes from there).
  public init(
    instruments: InstrumentTable, cashQuote: Money = .zero, state: ExecutionState? = nil,
    openOrderLimit: Int = ExecutionStage.orderCapacity, hasPairs: Bool = false
  ) {
    self.instruments = instruments
    self.hasPairs = hasPairs
    self.openOrderLimit = min(openOrderLimit, Self.orderCapacity)
    let fresh = ExecutionState(instruments: instruments, cashQuote: cashQuote)
    if let state, state.symbols != fresh.symbols {
      self.state = state.moved(to: instruments)
    } else {
      self.state = state ?? fresh
    }
    hasOldSubmissions = state != nil
    needsReconciliation = state != nil
  }

  /// The position of an instrument.
  public func position(of instrument: InstrumentID) -> PositionView { state.positions[Int(instrument.index)] }
  /// What of it can be traded: dust is as good as nothing.
  public func tradablePosition(of instrument: InstrumentID, at time: Timestamp) -> PositionView {
    tradable(Int(instrument.index), at: time)
  }
  /// Positions by instrument index.
  public var positions: [PositionView] { state.positions }
  /// Cash from the fills.
  public var cashQuote: Money { state.cashQuote }
  /// Orders without a trusted answer.
  public var unknownOrders: Int { state.orders.reduce(0) { $0 + ($1.state == .unknown ? 1 : 0) } }
  /// Orders that have not ended, unknown ones among them.
  public var openOrders: Int { state.orders.count }
  /// Exposure that open and unknown opening orders may still take on; the largest amount if it fits no number.
  public var reservedQuote: Money {
    var sum = Money.zero
    for order in state.orders {
      guard let next = try? sum.adding(order.reservedQuote) else { return .max }
      sum = next
    }
    return sum
  }
  /// What the risk veto must know of the orders, and whether a position lacks its stop. Mutating, though nothing changes: an
  /// actor that asks does not copy the stage then.
  package mutating func exposure() -> ExecutionExposure {
    ExecutionExposure(
      unknownOrders: unknownOrders, openOrders: openOrders, reservedQuote: reservedQuote,
      isUnprotected: hasUnprotectedPosition)
  }
  /// Whether the venue's account and ours differ in a way that only a person can judge.
  public var isUnreconciled: Bool { state.isUnreconciled }

  /// The order, open or recently ended.
  public func order(_ id: ClientOrderID) -> TrackedOrder? {
    index(of: id).map { state.orders[$0] } ?? state.ended.last { $0.id == id }
  }

  /// Takes on the order of a decision: effects to journal and send it, or an alert that says why not.
  ///
  /// `reference` is the price at which the exposure is reserved where it is worse than the collar (a short sale).
  public mutating func submit(
    _ order: ApprovedOrder, at time: Timestamp, reference: Price? = nil
  ) -> [ExecutionEffect] {
    let request = order.request
    let id = request.clientID
    if let last = state.lastDecision, id.sequence <= last {
      state.counters.duplicateIntents += 1
      return [.alert("order \(id) refused: decision \(id.sequence) is not newer than \(last), which was taken on")]
    }
    if let reason = refusal(of: request) {
      state.counters.gateRefusals += 1
      return [.alert("order \(id) refused: \(reason)"), .orderChanged(id, .rejected)]
    }
    state.lastDecision = id.sequence
    state.isTied = true
    state.counters.intents += 1
    var reserve = max(order.collar, reference ?? .zero)
    if case .limit(let price) = request.kind { reserve = request.side == .buy ? price : max(reserve, price) }
    state.orders.append(
      TrackedOrder(
        request: request, decidedAt: time, reservePrice: reserve, stopDistance: order.stopDistance,
        takeProfitDistance: order.takeProfitDistance))
    return [.intent(.approved(order))]
  }

  private func refusal(of request: OrderRequest) -> String? {
    guard Int(request.instrument.index) < instruments.count, request.quantity.isPositive else {
      return "unknown instrument or no quantity"
    }
    guard request.clientID.role == .entry || request.clientID.role == .exit else {
      return "role \(request.clientID.role) is not a decision's"
    }
    if let plan = state.plan, plan.level > .reduce || request.clientID.role == .entry {
      return "stop of level \(plan.level.rawValue) is in force"
    }
    guard state.orders.count < openOrderLimit else { return "\(openOrderLimit) orders are open" }
    return nil
  }

  func index(of id: ClientOrderID) -> Int? { state.orders.firstIndex { $0.id == id } }

  /// Moves an order; ended ones leave the list. An illegal move changes nothing and is counted.
  mutating func move(_ index: Int, to next: OrderState, _ effects: inout [ExecutionEffect]) {
    let order = state.orders[index]
    guard order.state != next else { return }
    guard order.state.canBecome(next) else {
      state.counters.anomalies += 1
      effects.append(.alert("order \(order.id): \(next.rawValue) after \(order.state.rawValue)"))
      return
    }
    state.orders[index].state = next
    effects.append(.orderChanged(order.id, next))
    guard next.isTerminal else { return }
    switch next {
    case .filled: state.counters.filled += 1
    case .cancelled: state.counters.cancelled += 1
    case .expired: state.counters.expired += 1
    default: state.counters.rejected += 1
    }
    let ended = state.orders.remove(at: index)
    if state.ended.count == ExecutionState.endedCapacity { state.ended.removeFirst() }
    state.ended.append(ended)
    stopEnded(ended, &effects)
  }

  /// Asks the venue to end an order, once.
  mutating func requestCancel(_ index: Int, _ effects: inout [ExecutionEffect]) {
    guard !state.orders[index].isCancelRequested else { return }
    state.orders[index].isCancelRequested = true
    effects.append(.cancel(state.orders[index].id))
    // An unknown order stays unknown: a cancel is no evidence that it exists.
    if state.orders[index].state != .unknown { move(index, to: .pendingCancel, &effects) }
  }

  /// What is still unanswered, to be asked again at a timer: cancels not confirmed, orders unknown, ends not confirmed.
  public func resend() -> [ExecutionEffect] {
    state.orders.flatMap { order -> [ExecutionEffect] in
      (order.isCancelRequested ? [.cancel(order.id)] : [])
        + (order.state == .unknown || order.isEndUnconfirmed ? [.query(order.id)] : [])
    }
  }
}

/// What of the orders matters to those before them.
package struct ExecutionExposure: Sendable, Equatable {
  /// Orders without a trusted answer.
  package var unknownOrders: Int
  /// Orders that have not ended.
  package var openOrders: Int
  /// Exposure that they may still take on.
  package var reservedQuote: Money
  /// Whether a position lacks the stop that it should have.
  package var isUnprotected: Bool
}
