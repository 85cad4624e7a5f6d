import Agent
import Bot
import Core
import Execution
import Journal
import Testing

@Suite("Stop, resume, roll back, degrade: every command in every state")
struct SupervisorTests {
  private enum Step: CaseIterable {
    case stopReduce, stopStop, stopFlatten, resumeRight, resumeWrong, relatchReduce, relatchStop, relatchFlatten
    case rollBack, promote, degrade, recover, lose, find, books
  }

  /// What must hold, written down apart from the engine.
  private struct Model {
    var level: StopLevel?
    var id: String?
    var isDegraded = false
    var isLost = false
    var isReady = true

    var state: TradingState { max(level?.tradingState ?? .active, isDegraded || isLost ? .reducing : .active) }

    mutating func stop(_ new: StopLevel) { level = max(level ?? new, new) }

    mutating func relatch(_ old: StopLevel) {
      if let level, level > old { return }
      (level, id) = (old, "old")
    }

    mutating func take(_ step: Step) {
      switch step {
      case .stopReduce: stop(.reduce)
      case .stopStop: stop(.stop)
      case .stopFlatten: stop(.flatten)
      case .resumeRight:
        if level != nil { isReady = false }
        (level, id) = (nil, nil)
      case .resumeWrong, .rollBack, .promote: break
      case .relatchReduce: relatch(.reduce)
      case .relatchStop: relatch(.stop)
      case .relatchFlatten: relatch(.flatten)
      case .degrade: isDegraded = true
      case .recover: isDegraded = false
      case .lose: (isLost, isReady) = (true, false)
      case .find: (isLost, isReady) = (false, false)
      case .books: isReady = true
      }
    }
  }

  private func old(_ level: StopLevel) -> ControlCommand {
    .relatch(StopLatch(id: "old", level: level, source: .file, reason: "before", at: Timestamp(milliseconds: 5)))
  }

  private func perform(_ step: Step, on rig: Rig) async throws -> String {
    switch step {
    case .stopReduce: return await rig.stop(.reduce)
    case .stopStop: return await rig.stop(.stop)
    case .stopFlatten: return await rig.stop(.flatten)
    case .resumeRight: return await rig.command(.resume(latchID: await rig.supervisor.latch?.id ?? "none"))
    case .resumeWrong: return await rig.command(.resume(latchID: "L0-wrong"))
    case .relatchReduce: return await rig.command(old(.reduce))
    case .relatchStop: return await rig.command(old(.stop))
    case .relatchFlatten: return await rig.command(old(.flatten))
    case .rollBack: return await rig.command(.rollBack(to: "flat", reason: "test"))
    case .promote: return await rig.command(.promote("holder"))
    case .degrade: return await rig.command(.degrade(.journalUnhealthy, isOn: true))
    case .recover: return await rig.command(.degrade(.journalUnhealthy, isOn: false))
    case .lose: return await rig.command(.degrade(.venueLost, isOn: true))
    case .find: return await rig.command(.degrade(.venueLost, isOn: false))
    case .books:
      try await rig.reconcile()
      return "books"
    }
  }

  @Test func everyPairOfStateAndCommand() async throws {
    let executor = Rig.shared
    let starts: [[Step]] = [[], [.stopReduce], [.stopStop], [.stopFlatten], [.relatchStop], [.resumeWrong]]
    var pairs = 0
    for start in starts + starts.map({ $0 + [.degrade] }) {
      for first in Step.allCases {
        for second in Step.allCases {
          let rig = try await Rig.make(.init(isRecording: false, executor: executor))
          try await rig.begin([])
          var model = Model()
          for step in start + [first, second] {
            let before = model
            let said = try await perform(step, on: rig)
            model.take(step)
            let latch = await rig.supervisor.latch
            let label = "\(start) then \(first), \(second): after \(step) (\(said))"
            #expect(latch?.level == model.level, "\(label)")
            #expect(rig.gate.level == model.level, "\(label)")
            #expect(await rig.supervisor.tradingState == model.state, "\(label)")
            #expect(await rig.supervisor.isVenueReady == model.isReady, "\(label)")
            if model.id == "old" { #expect(latch?.id == "old", "\(label)") }
            if before.level != nil, model.level != nil, model.id == before.id { #expect(latch?.id != nil) }
          }
          pairs += 1
        }
      }
    }
    #expect(pairs == 12 * 15 * 15)
  }

  @Test func aHigherStopKeepsTheNameAndIsWrittenDown() async throws {
    let rig = try await Rig.make()
    try await rig.begin([])
    #expect(await rig.stop(.reduce).hasPrefix("stopped (reduce)"))
    let id = try #require(await rig.supervisor.latch?.id)
    #expect(await rig.stop(.flatten).hasPrefix("stopped (flatten), latch \(id)"))
    #expect(await rig.stop(.stop) == "already latched as \(id) (flatten)")
    #expect(rig.latches.latch?.level == .flatten && rig.latches.latch?.id == id)
    #expect(rig.sink.texts(.latch).count == 2)
  }

  @Test func aWrongNameIsRefusedAndTheRightOneNeedsTheBooks() async throws {
    let bars = Rig.bars(seed: 1, Rig.warmUp + 6)
    let rig = try await Rig.make()
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    _ = await rig.stop(.stop)
    let id = try #require(await rig.supervisor.latch?.id)
    #expect(await rig.command(.resume(latchID: "L1-nope")) == "refused: the latch is \(id), not L1-nope")
    #expect(rig.gate.level == .stop && rig.latches.latch != nil)
    await rig.step(bars[Rig.warmUp])
    #expect(rig.venue.arrivals.isEmpty)
    rig.latches.fail(true)
    #expect(await rig.command(.resume(latchID: id)).hasPrefix("refused: journal or latch file cannot be written"))
    #expect(rig.gate.level == .stop)
    #expect(await rig.supervisor.latch?.id == id)
    rig.latches.fail(false)
    #expect(await rig.command(.resume(latchID: id)) == "resumed, latch \(id) cleared")
    #expect(await rig.command(.resume(latchID: id)) == "refused: nothing is latched")
    #expect(rig.latches.latch == nil && rig.gate.level == nil)
    // The books wait in the mailbox: a bar that comes first is not traded on.
    await rig.bring(bars[Rig.warmUp + 1])
    #expect(rig.venue.arrivals.isEmpty)
    #expect(await rig.vetoes[.venueReady] == 1)
    await rig.drain()
    #expect(await rig.supervisor.isVenueReady)
    await rig.step(bars[Rig.warmUp + 2])
    #expect(rig.venue.arrivals.count == 1)
  }

  @Test func aStopHoldsWhereItsFileCannotBeWritten() async throws {
    let rig = try await Rig.make()
    try await rig.begin([])
    rig.latches.fail(true)
    _ = await rig.stop(.flatten)
    #expect(await rig.supervisor.tradingState == .halted)
    #expect(rig.lines.all.contains { $0.hasPrefix("critical latch cannot be written") })
    // A bug that was: the disk worked again, and the stop was gone with the process.
    await rig.process(.heartbeat)
    #expect(rig.latches.latch == nil)
    rig.latches.fail(false)
    await rig.process(.heartbeat)
    let id = try #require(await rig.supervisor.latch?.id)
    #expect(rig.latches.latch?.level == .flatten && rig.latches.latch?.id == id)
    _ = await rig.command(.resume(latchID: id))
    await rig.process(.heartbeat)
    #expect(rig.latches.latch == nil, "what was lifted does not come back")
  }

  @Test func aLatchWhoseFileWentInARefusedResumeIsWrittenAgain() async throws {
    let rig = try await Rig.make()
    try await rig.begin([])
    _ = await rig.stop(.stop)
    let id = try #require(await rig.supervisor.latch?.id)
    // A stop comes while the file is being removed.
    rig.latches.onClear { [gate = rig.gate] in gate.close(.stop, source: .signal, reason: "test") }
    #expect(await rig.command(.resume(latchID: id)).hasPrefix("refused"))
    #expect(rig.latches.latch?.id == id)
    #expect(await rig.supervisor.latch?.id == id)
  }

  @Test func theOldLatchKeepsItsNameBesideAStopFile() async throws {
    // A STOP file that was there before the start has closed the gate when the old latch is taken up.
    let rig = try await Rig.make()
    rig.gate.close(.stop, source: .file, reason: "STOP file")
    _ = await rig.command(old(.stop))
    #expect(await rig.supervisor.latch?.id == "old")
    #expect(rig.latches.latch == nil, "the file of the old latch is left as it is")
    #expect(await rig.command(.resume(latchID: "old")) == "resumed, latch old cleared")
  }

  @Test func aHigherStopFileRaisesTheOldLatch() async throws {
    let rig = try await Rig.make()
    rig.gate.close(.flatten, source: .file, reason: "STOP file")
    _ = await rig.command(old(.reduce))
    await rig.process(.heartbeat)
    let latch = await rig.supervisor.latch
    #expect(latch?.id == "old" && latch?.level == .flatten && rig.latches.latch == latch)
  }

  @Test func anOldLatchWithADifferentNameReplacesTheFileToo() async throws {
    let rig = try await Rig.make()
    _ = await rig.stop(.reduce)
    _ = await rig.command(old(.stop))
    #expect(rig.latches.latch?.id == "old", "memory and file name the same latch")
  }

  @Test func aClosedGateGoesOnRecordBeforeTheNextDecision() async throws {
    let bars = Rig.bars(seed: 2, Rig.warmUp + 2)
    let rig = try await Rig.make()
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    rig.gate.close(.stop, source: .signal, reason: "signal")
    await rig.step(bars[Rig.warmUp])
    let kinds = rig.sink.records.suffix(4).map(\.kind)
    #expect(kinds == [.control, .latch, .bar, .decision])
    #expect(await rig.vetoes[.tradingState] == 1)
    #expect(rig.venue.arrivals.isEmpty)
  }

  @Test func rollBackPromoteAndTheirRefusals() async throws {
    let rig = try await Rig.make()
    try await rig.begin([])
    await rig.set(Timestamp(milliseconds: 1_700_000_000_000))
    #expect(await rig.command(.rollBack(to: "ghost", reason: "x")).hasPrefix("refused: no policy is called ghost"))
    #expect(await rig.command(.promote("ghost")).hasPrefix("refused: no policy is called ghost"))
    #expect(await rig.command(.promote("alternating")) == "refused: alternating is in charge already")
    #expect(await rig.command(.rollBack(to: nil, reason: "odd")) == "policy in charge: flat")
    #expect(await rig.command(.rollBack(to: "flat", reason: "odd")) == "refused: that policy is in charge already")
    #expect(await rig.command(.promote("alternating")).hasPrefix("refused: cooling down"))
    await rig.set(Timestamp(milliseconds: 1_700_000_300_000))
    #expect(await rig.command(.promote("alternating")) == "policy in charge: alternating")
    let switches = rig.sink.texts(.policy)
    #expect(switches.count == 2)
    #expect(switches[0].contains("\"to\":\"flat\"") && switches[0].contains("commanded by odd"))
    #expect(await rig.engine.stages.agent.inCharge.name == "alternating")
    #expect(await rig.engine.stages.agent.statistics.switches == 2)
  }

  @Test func anUnfilledStopOnlyReducesAndAStopSendsNothing() async throws {
    let bars = Rig.bars(seed: 3, Rig.warmUp + 20)
    for level in StopLevel.allCases {
      let rig = try await Rig.make(.init(inCharge: "holder"))
      try await rig.begin(Array(bars.prefix(Rig.warmUp)))
      await rig.trade(bars[Rig.warmUp..<Rig.warmUp + 3])
      #expect(await rig.position.side == .long)
      let before = rig.venue.arrivals.count
      _ = await rig.stop(level)
      await rig.trade(bars[(Rig.warmUp + 3)...])
      let after = rig.venue.arrivals.dropFirst(before)
      let isUnprotected = await rig.engine.stages.execution.hasUnprotectedPosition
      switch level {
      case .reduce: #expect(after.isEmpty && !isUnprotected)
      case .stop: #expect(after.isEmpty && isUnprotected)
      case .flatten:
        #expect(after.count == 1 && after.allSatisfy { $0.order.request.clientID.role == .flatten })
        #expect(await rig.position == .flat)
      }
    }
  }
}

extension Rig {
  /// One thread for the many engines of a test.
  static let shared = ThreadExecutor(name: "rigs")
  func set(_ moment: Timestamp) { now = moment }
}
