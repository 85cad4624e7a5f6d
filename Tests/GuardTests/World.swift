import Control
import Core
import Execution
import Foundation
import Guard
import Synchronization

/// Instruments of the tests.
enum World {
  static func instruments(_ count: Int = 1) -> InstrumentTable {
    InstrumentTable(
      (0..<count).map { index in
        let rules = InstrumentRules(
          effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: Price.unit / 100), lot: Quantity(raw: 1),
          minimumQuantity: Quantity(raw: 1), minimumNotionalQuote: .zero, makerFee: .zero, takerFee: .zero)
        return Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: "SYM\(index)", venue: "test", kind: .cryptoSpot,
          isShortable: true, calendar: .alwaysOpen, rules: [rules])
      })
  }

  static func order(_ sequence: UInt64, _ role: OrderRole, instrument: UInt16 = 0) -> OrderSnapshot {
    OrderSnapshot(
      request: OrderRequest(
        clientID: ClientOrderID(sequence: sequence, role: role), instrument: InstrumentID(index: instrument),
        side: .buy, kind: .limit(Price(raw: 100 * Price.unit)), quantity: Quantity(raw: Quantity.unit),
        isReduceOnly: role != .entry),
      state: .accepted, filledQuantity: .zero)
  }

  static func position(_ side: PositionSide = .long) -> PositionView {
    PositionView(
      side: side, quantity: Quantity(raw: Quantity.unit), totalCostQuote: Money(raw: 100 * Money.unit),
      entryTime: Timestamp(milliseconds: 1))
  }

  static let wall = Timestamp(milliseconds: 1_700_000_000_000)
}

/// A venue that holds what it is told, and can be slow, deaf or gone.
final class FakeVenue: GuardVenue {
  struct State {
    var orders: [OrderSnapshot] = []
    var positions: [PositionView]
    /// Price that a closing order must reach.
    var market = Price(raw: 100 * Price.unit)
    /// Price that the venue tells; nil: none.
    var told: Price? = Price(raw: 100 * Price.unit)
    var isGone = false
    /// Cancels that still get lost.
    var lostCancels = 0
    var arrivals: [OrderRequest] = []
    var cancels: [ClientOrderID] = []
    var deadMan: [Int] = []
  }
  let state: Mutex<State>
  private let table: InstrumentTable

  init(_ table: InstrumentTable, orders: [OrderSnapshot], positions: [PositionView]) {
    self.table = table
    state = Mutex(State(orders: orders, positions: positions))
  }

  private func reach() throws { if state.withLock({ $0.isGone }) { throw VenueError(cause: "gone") } }

  func submit(_ order: OutboundOrder, through gate: any LastGate) async -> SubmitOutcome {
    let request = order.request
    guard gate.pass(request, {}) else { return .rejected(.stopLatch) }
    return state.withLock { state in
      if state.isGone { return .unknown(cause: "gone") }
      state.arrivals.append(request)
      guard case .limit(let limit) = request.kind else { return .rejected(.invalid) }
      let slot = Int(request.instrument.index)
      let isMarketable = request.side == .sell ? limit <= state.market : limit >= state.market
      if isMarketable {
        state.positions[slot] = .flat
      } else {
        state.orders.append(OrderSnapshot(request: request, state: .accepted, filledQuantity: .zero))
      }
      return .accepted
    }
  }
  func cancel(_ id: ClientOrderID) async -> CancelOutcome {
    state.withLock { state in
      state.cancels.append(id)
      if state.isGone { return .unknown(cause: "gone") }
      if state.lostCancels > 0 {
        state.lostCancels -= 1
        return .unknown(cause: "lost")
      }
      let before = state.orders.count
      state.orders.removeAll { $0.request.clientID == id }
      return state.orders.count < before ? .cancelled : .notOpen
    }
  }
  func order(_ id: ClientOrderID) async throws -> OrderSnapshot? { nil }
  func openOrders() async throws -> [OrderSnapshot] {
    try reach()
    return state.withLock { $0.orders }
  }
  func fills(after tradeID: UInt64) async throws -> [Fill] { [] }
  func account() async throws -> AccountSnapshot {
    try reach()
    return AccountSnapshot(
      cashQuote: .zero, positions: state.withLock { $0.positions }, feesQuote: .zero, lastTradeID: 0)
  }
  func instruments() async throws -> InstrumentTable {
    try reach()
    return table
  }
  func lastPrice(of instrument: InstrumentID) async throws -> Price? { state.withLock { $0.told } }
  func setDeadMan(millis: Int) async throws { state.withLock { $0.deadMan.append(millis) } }
}
