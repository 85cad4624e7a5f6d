import Agent
import Bot
import Control
import Core
import Journal

/// Re-executes what a process has left on disk, with a second engine: the same inputs must make the same records again.
final class ReplayCheck: @unchecked Sendable {
  private let world: World
  private let sink = ComparingSink()

  init(world: World) { self.world = world }

  /// Re-executes the session that begins with record `first`; what differs, nil if nothing does. `live`: the state that
  /// the process ended with, when all its records are on disk.
  func run(from first: Int, start: EngineState?, live: EngineState?) -> String? {
    let records = world.disk.records[first...]
    guard !records.isEmpty else { return nil }
    let outcome = world.scheduler.finish { [self] () async -> String? in
      do { return try await execute(records, start, live) } catch { return "\(error)" }
    }
    return outcome ?? "the re-execution does not come to its end"
  }

  private func execute(
    _ records: ArraySlice<JournalRecord>, _ start: EngineState?, _ live: EngineState?
  ) async throws -> String? {
    let engine = try await assemble(start, before: records.first!.sequence)
    let difference = try await compare(records, engine, live)
    await engine.stages.risk.disconnect()
    return difference
  }

  private func compare(
    _ records: ArraySlice<JournalRecord>, _ engine: Engine, _ live: EngineState?
  ) async throws -> String? {
    let decoder = RecordDecoder(instruments: world.instruments)
    var waiting: JournalRecord?
    for record in records {
      if record.kind.isInput {
        if let waiting { try await step(waiting, engine, decoder) }
        if let difference = sink.difference() { return "\(difference)" }
        waiting = record
      }
      sink.expect(record)
    }
    // The process may have died in the middle of the last input.
    sink.setTolerance(true)
    if let waiting { try await step(waiting, engine, decoder) }
    if let difference = sink.difference() { return "\(difference)" }
    guard let live else { return nil }
    let again = await engine.supervisor.engineState(sessions: live.sessions)
    return again == live ? nil : "the state after record \(records.last!.sequence) is another one"
  }

  private func step(_ record: JournalRecord, _ engine: Engine, _ decoder: RecordDecoder) async throws {
    if record.kind == .session { return await engine.supervisor.note(.session) { _ in record.payload } }
    let (input, at) = try RecordedInput.read(record, decoder)
    await engine.supervisor.process(input, at: at)
  }

  private func assemble(_ start: EngineState?, before sequence: UInt64) async throws -> Engine {
    var bench = PolicyBench()
    bench.policies = [("chance", ChancePolicy(seed: world.seed)), ("flat", FlatPolicy())]
    var parts = EngineParts(
      executor: world.scheduler.makeLane(), instruments: world.instruments, timeframe: .oneMinute,
      settings: world.settings, bench: bench, inCharge: "chance", mode: "simulate",
      startCashQuote: world.startCashQuote, state: start, sink: sink, lastSequence: sequence - 1, time: VirtualTime(),
      isVirtual: false, gate: StopGate(), latchStore: MemoryLatch())
    parts.hasPairs = world.exchange.hasPairs
    return try await Engine.assemble(parts, callbacks: EngineCallbacks()) { _ in NoGateway() }
  }
}
