import Agent
import Bot
import Core
import Features
import HRM
import Journal
import Testing

/// Cannot decide.
private struct Broken: Policy {
  let identity = PolicyIdentity(name: "broken", sha256: "test", isUntrained: false)
  mutating func observe(_ observation: Observation) {}
  mutating func decide(_ observation: Observation) -> PolicyAnswer { .failure(.loadFailed, "broken on purpose") }
}

@Suite("The network's answer is late, wrong or not finite")
struct LadderTests {
  private struct World {
    let rig: Rig
    let bars: [Bar]
    let runner: NetworkRunner
  }

  private func world(fallback: String = "flat", window: Int = 100, segments: Int? = nil) async throws -> World {
    let scratch = try Scratch()
    let path = scratch.path + "/tiny"
    try ModelDirectory.create(at: path, architecture: .tiny, seed: 3, featureSchemaHash: FeatureSchema.hash)
    let (manifest, network) = try ModelDirectory.load(path)
    let instruments = Rig.instruments(1)
    let limits = ThinkingLimits(
      minSegments: segments ?? 1, maxSegments: 2, tolerance: 1e-3, deadlineNanoseconds: nil, forcedSegments: nil)
    let hrm = try HRMPolicy(
      manifest: manifest, instruments: instruments, timeframe: .oneMinute, featureSchemaHash: FeatureSchema.hash,
      options: .init(limits: limits))
    var options = Rig.Options(inCharge: "hrm", instruments: instruments)
    options.settings.policy.fallback = fallback
    options.settings.rollback.latencyWindow = window
    options.policies = [("hrm", hrm), ("flat", FlatPolicy()), ("broken", Broken())]
    let rig = try await Rig.make(options)
    let bars = Rig.bars(seed: 5, Rig.warmUp + 20)
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    return World(rig: rig, bars: Array(bars.dropFirst(Rig.warmUp)), runner: try NetworkRunner(network: network))
  }

  private func answer(_ world: World, failure: String? = nil, micros: Int = 0) throws -> NetworkAnswer {
    let request = try #require(world.rig.requests.all.last)
    var answer = world.runner.run(request) { 0 }
    answer.latencyMicros = micros
    if let failure {
      answer = NetworkAnswer(
        ticket: request.sequence, reading: nil, quantity: 0, failure: failure, latencyMicros: micros)
    }
    return answer
  }

  private let first = InstrumentID(index: 0)

  @Test func anAnswerInTimeDecides() async throws {
    let world = try await world()
    await world.rig.step(world.bars[0])
    #expect(await world.rig.supervisor.isThinking)
    #expect(world.rig.sink.texts(.decision).isEmpty)
    await world.rig.process(.answer(try answer(world), instrument: first))
    let event = try #require(await world.rig.engine.stages.risk.lastEvent)
    #expect(event.decision.policy.name == "tiny" && event.decision.role == .production)
    #expect(event.decision.reading?.segments == 2 || event.decision.reading?.segments == 1)
    let statistics = await world.rig.engine.stages.agent.statistics
    #expect(statistics.depth.reduce(0, +) == 1)
    #expect(!(await world.rig.supervisor.isThinking))
    // A deadline of a request that has its answer is no event.
    let before = world.rig.sink.records.count
    await world.rig.process(.deadline(ticket: world.rig.requests.all[0].sequence))
    #expect(world.rig.sink.records.count == before)
  }

  @Test func aLateAnswerIsDiscardedAndCounted() async throws {
    let world = try await world()
    await world.rig.step(world.bars[0])
    let ticket = world.rig.requests.all[0].sequence
    let late = try answer(world)
    await world.rig.process(.deadline(ticket: ticket))
    let event = try #require(await world.rig.engine.stages.risk.lastEvent)
    #expect(event.decision.role == .fallback && event.decision.fallbackReason == .latency)
    #expect(event.decision.policy.name == "flat" && event.decision.action == .hold)
    await world.rig.process(.answer(late, instrument: first))
    #expect(await world.rig.engine.stages.risk.decisions.total == 1)
    #expect(await world.rig.engine.stages.agent.statistics.counters.lateAnswers == 1)
    #expect(world.rig.sink.texts(.timer).count == 1 && world.rig.sink.texts(.answer).count == 1)
    #expect(await world.rig.supervisor.counters.deadlines == 1)
  }

  @Test func everyStepOfTheLadder() async throws {
    // The network with time for all segments, and with time for one of two: it still decides, by less thought.
    let world = try await world(fallback: "flat", segments: 2)
    await world.rig.step(world.bars[0])
    await world.rig.process(.answer(try answer(world), instrument: first))
    let whole = try #require(await world.rig.engine.stages.risk.lastEvent?.decision)
    #expect(whole.role == .production && whole.reading?.segments == 2 && whole.reading?.haltReason != .deadline)
    await world.rig.step(world.bars[1])
    var request = try #require(world.rig.requests.all.last)
    request.limits.deadlineNanoseconds = 1
    var clock: UInt64 = 0
    let hurried = world.runner.run(request) {
      clock += 1_000_000
      return clock
    }
    await world.rig.process(.answer(hurried, instrument: first))
    let less = try #require(await world.rig.engine.stages.risk.lastEvent?.decision)
    #expect(less.role == .production && less.reading?.segments == 1 && less.reading?.haltReason == .deadline)
    #expect(less.policy == whole.policy && less.fallbackReason == nil)
    // Not even one segment in time: the fallback decides.
    await world.rig.step(world.bars[2])
    await world.rig.process(.deadline(ticket: try #require(world.rig.requests.all.last).sequence))
    let fallback = try #require(await world.rig.engine.stages.risk.lastEvent?.decision)
    #expect(fallback.policy.name == "flat" && fallback.role == .fallback && fallback.fallbackReason == .latency)
    // And where that cannot either, nobody: hold.
    let broken = try await self.world(fallback: "broken", segments: 2)
    await broken.rig.step(broken.bars[0])
    await broken.rig.process(.deadline(ticket: try #require(broken.rig.requests.all.last).sequence))
    let nobody = try #require(await broken.rig.engine.stages.risk.lastEvent?.decision)
    #expect(nobody.action == .hold && nobody.role == .fallback && nobody.note?.contains("broken on purpose") == true)
  }

  @Test func withoutAUsableFallbackItHolds() async throws {
    let world = try await world(fallback: "broken")
    await world.rig.step(world.bars[0])
    await world.rig.process(.deadline(ticket: world.rig.requests.all[0].sequence))
    let event = try #require(await world.rig.engine.stages.risk.lastEvent)
    #expect(event.decision.action == .hold && event.decision.role == .fallback)
    #expect(event.decision.note?.contains("broken on purpose") == true)
    #expect(await world.rig.engine.stages.agent.statistics.counters.ladderHolds == 1)
  }

  @Test func threeFailuresRollBackForTheNextDecision() async throws {
    let world = try await world()
    for index in 0..<3 {
      await world.rig.step(world.bars[index])
      #expect(world.rig.requests.all.count == index + 1)
      await world.rig.process(.deadline(ticket: world.rig.requests.all[index].sequence))
    }
    let switches = world.rig.sink.texts(.policy)
    #expect(switches.count == 1)
    #expect(switches[0].contains("\"trigger\":\"consecutive_failures\"") && switches[0].contains("3 failures in a row"))
    #expect(await world.rig.engine.stages.agent.inCharge.name == "flat")
    await world.rig.step(world.bars[3])
    #expect(world.rig.requests.all.count == 3, "the network is not asked any more")
    let event = try #require(await world.rig.engine.stages.risk.lastEvent)
    #expect(event.decision.policy.name == "flat" && event.decision.role == .fallback)
    #expect(await world.rig.state().rollback.trigger == .consecutiveFailures)
    #expect(await world.rig.engine.stages.agent.statistics.switches == 1)
  }

  @Test func whatIsNotFiniteRollsBackAtOnce() async throws {
    let world = try await world()
    await world.rig.step(world.bars[0])
    await world.rig.process(.answer(try answer(world, failure: NetworkAnswer.nonFinite), instrument: first))
    #expect(await world.rig.engine.stages.agent.inCharge.name == "flat")
    #expect(world.rig.sink.texts(.policy).first?.contains("non_finite") == true)
    #expect(await world.rig.engine.stages.risk.lastEvent?.decision.fallbackReason == .nonFinite)
  }

  @Test func slowAnswersRollBack() async throws {
    let world = try await world(window: 10)
    for index in 0..<10 {
      await world.rig.step(world.bars[index])
      await world.rig.process(.answer(try answer(world, micros: 500_000), instrument: first))
      await world.rig.drain()
    }
    #expect(world.rig.sink.texts(.policy).first?.contains("\"trigger\":\"latency\"") == true)
    #expect(await world.rig.engine.stages.agent.inCharge.name == "flat")
  }

  @Test func aNewBarSupersedesTheQuestion() async throws {
    let world = try await world()
    await world.rig.step(world.bars[0])
    let old = try answer(world)
    await world.rig.step(world.bars[1])
    #expect(await world.rig.engine.stages.agent.pendingCount == 1)
    await world.rig.process(.answer(old, instrument: first))
    #expect(await world.rig.engine.stages.risk.decisions.total == 0)
    let counters = await world.rig.engine.stages.agent.statistics.counters
    #expect(counters.supersededRequests == 1 && counters.supersededAnswers == 1)
    // A switch while it thinks: the answer of the replaced policy does not decide.
    _ = await world.rig.command(.rollBack(to: "flat", reason: "test"))
    await world.rig.process(.answer(try answer(world), instrument: first))
    #expect(await world.rig.engine.stages.agent.statistics.counters.revokedAnswers == 1)
    #expect(await world.rig.engine.stages.risk.lastEvent?.decision.policy.name == "flat")
    #expect(!(await world.rig.supervisor.isThinking))
  }

  @Test func answersToNothingAreCounted() async throws {
    let world = try await world()
    let answer = NetworkAnswer(ticket: 99, reading: nil, quantity: 0, failure: "x", latencyMicros: 0)
    await world.rig.process(.answer(answer, instrument: first))
    #expect(await world.rig.engine.stages.agent.statistics.counters.unknownAnswers == 1)
    #expect(
      await world.rig.engine.stages.agent.switchPolicy(
        .promote(to: "ghost", evidence: ""),
        EventContext(input: 1, at: Timestamp(milliseconds: 0), startedNanoseconds: 0))
        == false)
  }
}
