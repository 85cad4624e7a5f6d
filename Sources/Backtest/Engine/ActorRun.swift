import Agent
import Bot
import Control
import Core
import Exchange
import Execution
import Feed
import Journal
import Settings
import Synchronization

/// The same run through the bot's actors on their shared executor: what the directly driven stages are held to.
package enum ActorRun {
  /// What a run through the actors came to; without fills and decisions where they are not kept.
  package struct Outcome: Sendable {
    package var bars: Int
    package var fills: [Fill]
    package var cashQuote: Money
    package var equityQuote: Money
    package var positions: [PositionView]
    package var cpuSeconds: Double
    package var decisions: [SeenDecision]
  }

  /// A decision as far as it does not depend on how records are numbered.
  package struct SeenDecision: Sendable, Equatable {
    package var bar: Timestamp
    package var instrument: InstrumentID
    package var wished: Action
    package var final: Action
    package var quantity: Quantity
    package var reason: String?

    /// A decision with what became of it; nil: nothing stood against it, because nothing was to be done.
    package init(_ decision: Decision, _ verdict: Verdict?) {
      bar = decision.barClose
      instrument = decision.instrument
      wished = decision.action
      final = verdict?.finalAction ?? .hold
      quantity = verdict?.finalQuantity ?? .zero
      reason = (verdict?.skipReason ?? (verdict == nil ? .policyHold : nil))?.name
    }
  }

  /// Runs a plan without delay or missed fills over bars. `keepsDecisions`: whether they and the
  /// fills are kept for comparison; the venue remembers 10,000 fills.
  package static func run(
    _ plan: BacktestPlan, settings: BotSettings, _ bars: [Bar], keepsDecisions: Bool
  ) async throws -> Outcome {
    precondition(plan.delayBars == 0 && plan.missedFills.isZero)
    let executor = ThreadExecutor(name: "backtest")
    let loop = try await Loop(executor, plan, settings, keepsDecisions: keepsDecisions)
    return try await loop.run(bars)
  }

  /// The loop, on the engine's thread.
  private actor Loop {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let engine: Engine
    private let venue: PaperVenue
    private let mailbox: Mailbox<Ingress>
    private let seen = SeenDecisions()
    private let tradesFrom: Timestamp
    private let keeps: Bool

    init(_ executor: ThreadExecutor, _ plan: BacktestPlan, _ settings: BotSettings, keepsDecisions: Bool) async throws {
      self.executor = executor
      tradesFrom = plan.tradesFrom ?? .earliest
      keeps = keepsDecisions
      let venue = PaperVenue(
        executor: executor,
        exchange: PaperExchange(instruments: plan.instruments, cashQuote: plan.cashQuote, costs: plan.costs),
        ledger: nil)
      let mailbox = Mailbox<Ingress>(capacity: 1 << 16) { _ in .keep }
      var bench = PolicyBench()
      bench.policies = plan.policies
      var settings = settings
      settings.policy.fallback = plan.policies.last?.name ?? plan.policies[0].name
      var parts = EngineParts(
        executor: executor, instruments: plan.instruments, timeframe: plan.timeframe, settings: settings,
        bench: bench, inCharge: plan.policies[0].name, mode: "backtest", startCashQuote: plan.cashQuote, state: nil,
        sink: NoRecords(), lastSequence: 0, time: StillTime(), isVirtual: true, gate: StopGate(),
        latchStore: MemoryLatch())
      parts.limits = plan.limits
      parts.scope = plan.scope
      var callbacks = EngineCallbacks()
      callbacks.demand = { mailbox.send(.control($0)) }
      if keepsDecisions {
        callbacks.show = { [seen] event in seen.add(SeenDecision(event.decision, event.verdict)) }
      }
      engine = try await Engine.assemble(parts, callbacks: callbacks) { _ in
        VenueGateway(
          venue: venue, gate: parts.gate, reports: { await venue.takeReports() }, enter: { mailbox.send($0) })
      }
      self.venue = venue
      self.mailbox = mailbox
    }

    func run(_ bars: [Bar]) async throws -> Outcome {
      let begin = BacktestBenchmark.cpuSeconds()
      let supervisor = engine.supervisor
      await supervisor.process(
        .venueState(try await VenueState(of: venue, after: 0)), at: Timestamp(milliseconds: 0))
      var count = 0
      for bar in bars {
        let now = bar.closeTime
        if bar.openTime < tradesFrom {
          await supervisor.process(.bar(bar, isPreRoll: true), at: now)
          continue
        }
        count += 1
        for report in await venue.advance(bar) { await supervisor.process(.report(report), at: now) }
        await supervisor.process(.bar(bar, isPreRoll: false), at: now)
        while let input = mailbox.poll() { await supervisor.process(input, at: now) }
      }
      let seconds = BacktestBenchmark.cpuSeconds() - begin
      let books = await engine.stages.execution.books
      let outcome = Outcome(
        bars: count, fills: keeps ? try await venue.fills(after: 0) : [], cashQuote: books.cashQuote,
        equityQuote: await engine.stages.risk.account.equityQuote, positions: books.positions, cpuSeconds: seconds,
        decisions: seen.all)
      await engine.stages.risk.disconnect()
      return outcome
    }
  }

  private final class SeenDecisions: Sendable {
    private let decisions = Mutex<[SeenDecision]>([])
    func add(_ decision: SeenDecision) { decisions.withLock { $0.append(decision) } }
    var all: [SeenDecision] { decisions.withLock { $0 } }
  }

  /// In virtual time nothing may depend on a clock.
  private struct StillTime: TimeSource {
    var now: Timestamp { Timestamp(milliseconds: 0) }
    var monotonicNanoseconds: UInt64 { 0 }
  }
}
