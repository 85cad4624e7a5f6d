import Control
import Core
import Guard
import Testing

@Suite("What the guard does with the venue's books")
struct GuardBooksTests {
  private func acting(_ aim: GuardAim, instruments: Int = 1) -> GuardStage {
    var stage = GuardStage(
      rules: GuardRules(), instruments: World.instruments(instruments), sequence: 100, forced: aim)
    _ = stage.see(ControlReading(stop: nil, problem: nil), nil, at: 1)
    return stage
  }
  private func books(_ orders: [OrderSnapshot], _ positions: [PositionView]) -> GuardBooks {
    GuardBooks(openOrders: orders, positions: positions, prices: positions.map { _ in Price(raw: 100 * Price.unit) })
  }
  private func orders(_ effects: [GuardEffect]) -> [OrderRequest] {
    effects.compactMap { effect -> OrderRequest? in
      if case .submit(let order) = effect { order.request } else { nil }
    }
  }
  private func cancels(_ effects: [GuardEffect]) -> [ClientOrderID] {
    effects.flatMap { effect -> [ClientOrderID] in if case .cancel(let ids) = effect { ids } else { [] } }
  }
  private let second: UInt64 = 1_000_000_000

  @Test func allCancelsComeFirstAndAtOnce() {
    var stage = acting(.flatten)
    let open = (1...200).map { World.order(UInt64($0), $0 % 2 == 0 ? .entry : .protectiveStop) }
    let effects = stage.receive(books(open, [World.position()]), at: second, wallClock: World.wall)
    #expect(cancels(effects) == open.map(\.request.clientID))
    #expect(orders(effects).isEmpty, "the position waits for its orders to end")
    let again = stage.receive(books(open, [World.position()]), at: second + 100_000_000, wallClock: World.wall)
    #expect(cancels(again).isEmpty, "a cancel under way is not repeated at once")
    let later = stage.receive(books(open, [World.position()]), at: second + 500_000_000, wallClock: World.wall)
    #expect(cancels(later).count == 200, "but until it has worked")
  }

  @Test func aPositionIsClosedOnceItsOrdersAreGone() {
    for side in [PositionSide.long, .short] {
      var stage = acting(.flatten)
      let effects = stage.receive(books([], [World.position(side)]), at: second, wallClock: World.wall)
      let sent = orders(effects)
      #expect(sent.count == 1)
      #expect(sent[0].isReduceOnly && sent[0].clientID.role == .guardFlatten && sent[0].quantity.raw == Quantity.unit)
      #expect(sent[0].side == (side == .long ? .sell : .buy))
      #expect(sent[0].kind == .limit(Price(raw: (side == .long ? 99 : 101) * Price.unit)))
    }
  }

  @Test func ordersThatDoNotEndHoldNothingUpForEver() {
    var stage = acting(.flatten)
    let stuck = books([World.order(1, .protectiveStop)], [World.position()])
    #expect(orders(stage.receive(stuck, at: second, wallClock: World.wall)).isEmpty)
    #expect(orders(stage.receive(stuck, at: 2 * second, wallClock: World.wall)).count == 1)
  }

  @Test func aRestingOrderIsRepricedStepByStepUpToTheBound() throws {
    var stage = acting(.flatten)
    var now = second
    var collars: [Int64] = []
    var resting: [OrderSnapshot] = []
    var ids: Set<ClientOrderID> = []
    for _ in 0..<60 {
      let effects = stage.receive(books(resting, [World.position()]), at: now, wallClock: World.wall)
      for id in cancels(effects) { resting.removeAll { $0.request.clientID == id } }
      for request in orders(effects) {
        guard case .limit(let price) = request.kind else { continue }
        collars.append(Int64(100 - price.raw / Price.unit))
        #expect(ids.insert(request.clientID).inserted, "an id is used once")
        resting.append(OrderSnapshot(request: request, state: .accepted, filledQuantity: .zero))
      }
      #expect(resting.count <= 1)
      now += 300_000_000
    }
    #expect(Array(collars.prefix(12)) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10])
  }

  @Test func thePriceComesFromTheVenueElseFromTheBotElseFromTheCost() {
    func limit(told: Price?, beat: Heartbeat?) -> OrderKind? {
      var stage = GuardStage(rules: GuardRules(), instruments: World.instruments(), sequence: 1, forced: .flatten)
      _ = stage.see(ControlReading(stop: nil, problem: nil), beat, at: 1)
      let books = GuardBooks(openOrders: [], positions: [World.position()], prices: [told])
      return orders(stage.receive(books, at: second, wallClock: World.wall)).first?.kind
    }
    let beat = Heartbeat(sequence: 1, process: 1, state: .active, prices: ["SYM0": Price(raw: 300 * Price.unit)])
    #expect(limit(told: Price(raw: 200 * Price.unit), beat: beat) == .limit(Price(raw: 198 * Price.unit)))
    #expect(limit(told: nil, beat: beat) == .limit(Price(raw: 297 * Price.unit)))
    #expect(limit(told: nil, beat: nil) == .limit(Price(raw: 99 * Price.unit)))
  }

  @Test func whatAppearsAnewIsEndedToo() {
    var stage = acting(.flatten)
    _ = stage.receive(books([], [.flat]), at: second, wallClock: World.wall)
    #expect(stage.isClear)
    let effects = stage.receive(books([World.order(9, .entry)], [.flat]), at: 2 * second, wallClock: World.wall)
    #expect(cancels(effects) == [ClientOrderID(sequence: 9, role: .entry)] && !stage.isClear)
    let filled = stage.receive(books([], [World.position()]), at: 3 * second, wallClock: World.wall)
    #expect(orders(filled).count == 1)
  }

  @Test func entriesOnlyLeavesStopsAlone() {
    var stage = acting(.cancelEntries)
    let open = [World.order(1, .entry), World.order(2, .protectiveStop), World.order(3, .exit)]
    let effects = stage.receive(books(open, [World.position()]), at: second, wallClock: World.wall)
    #expect(cancels(effects) == [ClientOrderID(sequence: 1, role: .entry)] && orders(effects).isEmpty)
  }

  @Test func itsOwnOrderWithoutAPositionIsEnded() {
    var stage = acting(.flatten)
    let own = World.order(100, .guardFlatten)
    #expect(cancels(stage.receive(books([own], [.flat]), at: second, wallClock: World.wall)) == [own.request.clientID])
  }
}
