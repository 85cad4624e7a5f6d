import Agent
import Bot
import Core
import Execution
import Journal
import Testing

/// What a person may do to a running bot besides stopping it: trade once, end an order.
@Suite("A person's trades and cancels")
struct PersonTests {
  private static let buy = ManualTrade(instrument: "SYM0", action: .buyLong, fraction: .one, reason: "a hunch")

  private func rig(_ change: (inout Rig.Options) -> Void = { _ in }) async throws -> (Rig, [Bar]) {
    var options = Rig.Options()
    options.inCharge = "flat"
    change(&options)
    let rig = try await Rig.make(options)
    let bars = Rig.bars(seed: 5, Rig.warmUp + 20)
    try await rig.begin(Array(bars[..<Rig.warmUp]))
    return (rig, Array(bars[Rig.warmUp...]))
  }

  @Test func aTradePassesTheVetoAndIsFilledLikeAnyOther() async throws {
    let (rig, bars) = try await rig()
    await rig.step(bars[0])
    let answer = await rig.command(.trade(Self.buy))
    #expect(answer.contains("approved: buy_long"), "\(answer)")
    await rig.drain()
    await rig.trade(bars[1...2])
    #expect(await rig.position.side == .long)
    // What is open already cannot be opened again, and the record says which check said so.
    #expect(await rig.command(.trade(Self.buy)).contains("veto_legal_action"))
    let close = ManualTrade(instrument: "SYM0", action: .closeLong, fraction: .one, reason: "")
    #expect(await rig.command(.trade(close)).contains("approved: close_long"))
    await rig.drain()
    await rig.trade(bars[3...4])
    #expect(await rig.position.side == .flat)
  }

  @Test func aStopHoldsForPeopleToo() async throws {
    for level in [StopLevel.reduce, .stop, .flatten] {
      let (rig, bars) = try await rig()
      await rig.step(bars[0])
      _ = await rig.stop(level)
      let arrived = rig.venue.arrivals.count
      #expect(await rig.command(.trade(Self.buy)).hasPrefix("refused: D-"), "\(level)")
      await rig.drain()
      #expect(rig.venue.arrivals.count == arrived, "\(level)")
      #expect(await rig.position.side == .flat, "\(level)")
    }
  }

  /// A stop cancels protective stops too; a resume brings them back, or the position would stand without one.
  @Test(arguments: [StopLevel.reduce, .stop]) func aResumeProtectsWhatIsHeld(level: StopLevel) async throws {
    let (rig, bars) = try await rig()
    await rig.step(bars[0])
    _ = await rig.command(.trade(Self.buy))
    await rig.drain()
    await rig.step(bars[1])
    func stops() async -> [ClientOrderID] {
      await rig.engine.stages.execution.state.orders.map(\.id).filter { $0.role == .protectiveStop }
    }
    #expect(await stops().count == 1)
    _ = await rig.stop(level)
    await rig.drain()
    #expect(await stops().count == (level == .reduce ? 1 : 0))
    let id = try #require(await rig.supervisor.latch?.id)
    #expect(await rig.command(.resume(latchID: id)).hasPrefix("resumed"))
    await rig.drain()
    #expect(await stops().count == 1)
    #expect(await rig.position.side == .long)
    #expect(await rig.supervisor.degradations.isEmpty)
    #expect(await rig.supervisor.tradingState == .active)
  }

  @Test func whatCannotBeTradedIsRefused() async throws {
    let (rig, bars) = try await rig()
    var wish = Self.buy
    wish.instrument = "NONE\u{1b}"
    #expect(await rig.command(.trade(wish)) == "refused: no instrument is called NONE ")
    // The last bar of the warm-up is history: the account is not marked by it.
    #expect(await rig.command(.trade(Self.buy)).hasPrefix("refused: D-"))
    await rig.step(bars[0])
    let short = ManualTrade(instrument: "SYM0", action: .sellShort, fraction: .one, reason: "")
    #expect(await rig.command(.trade(short)).contains("veto_legal_action"))
    await rig.process(.control(.degrade(.feedStale, isOn: true)))
    #expect(await rig.command(.trade(Self.buy)).contains("veto_trading_state"))
  }

  /// Fed to a fresh engine, the recorded inputs give the same records.
  @Test func aReplayTradesAgain() async throws {
    let (rig, bars) = try await rig()
    await rig.step(bars[0])
    _ = await rig.command(.trade(Self.buy))
    await rig.drain()
    await rig.trade(bars[1...5])
    let records = rig.sink.records
    #expect(records.contains { $0.kind == .fill })
    let decoder = RecordDecoder(instruments: Rig.instruments(1))
    var options = Rig.Options()
    options.inCharge = "flat"
    let again = try await Rig.make(options)
    for record in records where record.kind.isInput {
      let (input, at) = try RecordedInput.read(record, decoder)
      await again.engine.supervisor.process(input, at: at)
    }
    let repeated = again.sink.records
    #expect(repeated.map(\.payload) == records.map(\.payload))
  }

  @Test func anOrderOfADecisionIsEndedAndAProtectiveStopIsNot() async throws {
    let (rig, bars) = try await rig { $0.isHeld = true }
    await rig.step(bars[0])
    #expect(
      await rig.command(.cancel(ClientOrderID(sequence: 1, role: .entry))) == "refused: no open order is called h1-e0")
    let answer = await rig.command(.trade(Self.buy))
    let sequence = try #require(answer.split(separator: " ").first.flatMap { DecisionID(String($0)) }?.sequence)
    let entry = ClientOrderID(sequence: sequence, role: .entry)
    #expect(await rig.command(.cancel(entry)) == "asked the venue to end \(entry)")
    #expect(await rig.command(.cancel(entry)) == "asked the venue to end \(entry)", "asked again")
    await rig.drain()
    await rig.trade(bars[1...3])
    #expect(await rig.position.side == .flat)

    let (other, later) = try await self.rig()
    await other.step(later[0])
    _ = await other.command(.trade(Self.buy))
    await other.drain()
    await other.trade(later[1...1])
    let open = await other.engine.stages.execution.state.orders
    let stop = try #require(open.first { $0.id.role == .protectiveStop })
    #expect(await other.command(.cancel(stop.id)).hasPrefix("refused: \(stop.id) protects"))
  }
}
