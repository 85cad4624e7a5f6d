import Bot
import Core
import Exchange
import Execution
import Testing

@Suite("Orders without an answer")
struct UnknownOutcomeTests {
  private func rig(_ fault: PaperFault, refusesQueries: Bool = false) async throws -> (Rig, [Bar]) {
    let bars = Rig.bars(seed: 4, Rig.warmUp + 8)
    let rig = try await Rig.make(.init(inCharge: "holder", isHeld: true))
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    await rig.venue.inner.inject(fault)
    rig.venue.refuseQueries(refusesQueries)
    await rig.bring(bars[Rig.warmUp])
    _ = await rig.errands?.runOne()
    _ = await rig.takeOne()
    return (rig, Array(bars.dropFirst(Rig.warmUp + 1)))
  }

  @Test func aLostAcknowledgementKeepsTheExposureUntilTheVenueAnswers() async throws {
    let (rig, bars) = try await rig(.loseAcknowledgement)
    let state = await rig.state().execution
    #expect(state.orders.map(\.state) == [.unknown])
    #expect(state.orders[0].reservedQuote.raw > 0)
    #expect(rig.sink.texts(.outcome).count == 1 && rig.venue.queries.isEmpty)
    // The question is out; what is asked for once is not sent again.
    await rig.drain()
    #expect(rig.venue.queries == [state.orders[0].id])
    #expect(await rig.state().execution.orders.map(\.state) == [.accepted])
    await rig.trade(bars)
    #expect(rig.venue.arrivals.filter { $0.order.request.clientID.role == .entry }.count == 1)
    #expect(await rig.position.quantity == state.orders[0].request.quantity)
    let account = try await rig.venue.account()
    #expect(await rig.engine.stages.execution.books.cashQuote == account.cashQuote)
    #expect(await rig.engine.stages.execution.books.positions.map(\.quantity) == account.positions.map(\.quantity))
  }

  @Test func aLostOrderIsGivenUpOnlyOnTheVenuesWord() async throws {
    let (rig, bars) = try await rig(.loseOrder)
    let first = try #require(await rig.state().execution.orders.first)
    #expect(first.state == .unknown)
    await rig.drain()
    #expect(await rig.state().execution.orders.isEmpty)
    #expect(await rig.position == .flat)
    // The decision after it is a new order with a new name.
    await rig.trade(bars)
    let entries = rig.venue.arrivals.map(\.order.request.clientID).filter { $0.role == .entry }
    #expect(entries.count == 2 && entries[0] == first.id && entries[1].sequence > first.id.sequence)
    #expect(await rig.position.side == .long)
  }

  @Test func whileNobodyKnowsNothingIsOpenedAndTheQuestionIsAskedAgain() async throws {
    let (rig, bars) = try await rig(.loseOrder, refusesQueries: true)
    await rig.drain()
    #expect(rig.venue.queries.count == 1)
    for bar in bars.prefix(3) {
      await rig.bring(bar)
      await rig.drain()
    }
    #expect(await rig.vetoes[.unknownOrders] == nil, "the order of the instrument on its way is the first objection")
    #expect(await rig.vetoes[.legalAction] == 3)
    #expect(rig.venue.arrivals.count == 1)
    #expect(await rig.state().execution.orders.map(\.state) == [.unknown])
    rig.venue.refuseQueries(false)
    await rig.askAgain()
    await rig.drain()
    #expect(rig.venue.queries.count >= 2, "a question that failed is asked again")
    #expect(await rig.state().execution.orders.isEmpty)
  }

  @Test func cancelsThatMeetNothingAskForTheOrder() async throws {
    let bars = Rig.bars(seed: 4, Rig.warmUp + 8)
    let rig = try await Rig.make(.init(inCharge: "holder"))
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    await rig.trade(bars[Rig.warmUp..<Rig.warmUp + 2])
    let stop = try #require(await rig.state().execution.orders.first)
    #expect(stop.id.role == .protectiveStop && stop.state == .accepted)
    _ = await rig.venue.inner.cancel(stop.id)
    _ = await rig.venue.inner.takeReports()
    _ = await rig.stop(.stop)
    await rig.drain()
    #expect(rig.venue.queries == [stop.id])
    #expect(await rig.state().execution.orders.isEmpty)
  }
}
