import Bot
import Core
import Journal
import Testing

@Suite("A journal that cannot be written")
struct JournalFailureTests {
  private func rig() async throws -> (Rig, [Bar]) {
    let bars = Rig.bars(seed: 6, Rig.warmUp + 12)
    let rig = try await Rig.make(.init(inCharge: "holder"))
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    return (rig, Array(bars.dropFirst(Rig.warmUp)))
  }

  @Test func nothingIsOpenedWhileItIsUnhealthyAndAgainWhenItIsWell() async throws {
    let (rig, bars) = try await rig()
    rig.sink.state.withLock { $0.isHealthy = false }
    await rig.trade(bars[0..<3])
    #expect(await rig.vetoes[.journalHealthy] == 3)
    #expect(rig.venue.arrivals.isEmpty && rig.sink.texts(.intent).isEmpty)
    #expect(rig.sink.texts(.decision).allSatisfy { $0.contains("veto_journal_healthy") })
    rig.sink.state.withLock { $0.isHealthy = true }
    await rig.trade(bars[3..<5])
    #expect(rig.venue.arrivals.first?.order.request.clientID.role == .entry)
    #expect(await rig.position.side == .long)
  }

  @Test func closingIsNotHeldBackByTheVetoButByTheRecord() async throws {
    let bars = Rig.bars(seed: 6, Rig.warmUp + 12)
    let rig = try await Rig.make()
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    await rig.trade(bars[Rig.warmUp..<Rig.warmUp + 1])
    await rig.bring(bars[Rig.warmUp + 1])
    #expect(await rig.position.side == .long)
    #expect(await rig.vetoes[.journalHealthy] == nil)
  }

  @Test func noOrderLeavesWithoutADurableIntent() async throws {
    let (rig, bars) = try await rig()
    rig.sink.state.withLock { $0.isDurable = false }
    await rig.trade(bars[0..<4])
    #expect(rig.sink.texts(.intent).count == 4)
    #expect(rig.venue.arrivals.isEmpty)
    #expect(await rig.state().execution.orders.isEmpty)
    #expect(await rig.position == .flat)
    #expect(await rig.engine.stages.execution.statistics.counters.rejected == 4)
    rig.sink.state.withLock { $0.isDurable = true }
    await rig.trade(bars[4..<6])
    #expect(await rig.position.side == .long)
  }

  /// The journal says that the latch was lifted; without another word a re-execution would trade on where the bot stood.
  @Test func aResumeThatCannotBeCompletedIsOnRecord() async throws {
    let (rig, bars) = try await rig()
    _ = await rig.stop(.stop)
    let latch = try #require(await rig.supervisor.latch)
    rig.sink.state.withLock { $0.isDurable = false }
    #expect(await rig.command(.resume(latchID: latch.id)).hasPrefix("refused"))
    #expect(await rig.supervisor.latch == latch && rig.gate.level == .stop)
    let changes = rig.sink.texts(.latch).map { $0.contains("\"change\":\"set\"") }
    #expect(changes == [true, false, true])
    let records = rig.sink.records
    let lifted = try #require(
      records.last { $0.kind == .latch && !String(decoding: $0.payload, as: UTF8.self).contains("\"set\"") })
    for (follower, isDurable) in [(records.first { $0.sequence == lifted.sequence + 1 }, false), (nil, true)] {
      let sink = ComparingSink()
      sink.expect(lifted)
      if let follower { sink.expect(follower) }
      #expect(sink.take(lifted) && sink.difference() == nil || follower != nil)
      #expect(await sink.durable(lifted.sequence) == isDurable)
    }
    rig.sink.state.withLock { $0.isDurable = true }
    await rig.trade(bars[0..<2])
    #expect(rig.venue.arrivals.isEmpty)
    #expect(await rig.command(.resume(latchID: latch.id)).hasPrefix("resumed"))
  }

  @Test func aLostRecordStopsOpeningsForGood() async throws {
    let (rig, bars) = try await rig()
    rig.sink.state.withLock { $0.takes = false }
    await rig.step(bars[0])
    rig.sink.state.withLock { $0.takes = true }
    #expect(!rig.engine.recorder.isHealthy, "the chain has a hole, whatever the sink says of itself")
    await rig.trade(bars[1..<4])
    #expect(await rig.vetoes[.journalHealthy] == 4)
    #expect(rig.venue.arrivals.isEmpty)
  }

  @Test func aFullQueueIsALostRecord() async throws {
    let scratch = try Scratch()
    let store = try JournalStore.open(directory: scratch.path, durability: .relaxed)
    nonisolated(unsafe) let handed = store
    let writer = JournalWriter(
      store: handed, executor: ThreadExecutor(name: "journal"), capacity: 4, groupCommitMillis: 1000)
    let recorder = Recorder(
      sink: JournalSink(writer: writer, waits: true), lastSequence: 0, time: VirtualTime(), isVirtual: true)
    var count = 0
    while recorder.isHealthy, count < 100_000 {
      recorder.record(.timer) { _ in Array("{}".utf8) }
      count += 1
    }
    #expect(!recorder.isHealthy && writer.isHealthy)
    #expect(!(await recorder.durable(1)), "what is on record behind a hole is none to rely on")
    #expect(!(await recorder.durable(recorder.nextSequence - 1)))
    await writer.close()
    #expect(!recorder.isHealthy)
  }

  @Test func withoutAJournalNothingIsEncoded() async {
    let recorder = Recorder(sink: NoRecords(), lastSequence: 7, time: VirtualTime(), isVirtual: true)
    var encoded = 0
    #expect(
      recorder.record(.timer) { _ in
        encoded += 1
        return []
      } == 8)
    #expect(encoded == 0 && recorder.nextSequence == 9 && recorder.isHealthy && !recorder.isRecording)
    #expect(await recorder.durable(8))
    #expect(NoRecords().take(JournalRecord(sequence: 1, kind: .timer, payload: [])))
    let gateway = NoGateway()
    await gateway.cancel(ClientOrderID(sequence: 1, role: .entry))
    await gateway.query(ClientOrderID(sequence: 1, role: .entry))
    await gateway.queryBooks(after: 0)
  }

  @Test func sequenceNumbersHaveNoHoles() async throws {
    let (rig, bars) = try await rig()
    await rig.trade(bars)
    #expect(rig.sink.records.map(\.sequence) == (1...UInt64(rig.sink.records.count)).map { $0 })
    #expect(rig.engine.recorder.nextSequence == UInt64(rig.sink.records.count) + 1)
  }
}
