import Agent
import Bot
import Control
import Core
import Exchange
import Execution
import Foundation
import HRM
import Journal
import Settings
import Synchronization

/// Long, flat, long, flat: a wish for an order at every bar.
struct Alternating: Policy {
  let identity = PolicyIdentity(name: "alternating", sha256: "test", isUntrained: false)
  mutating func observe(_ observation: Observation) {}
  mutating func decide(_ observation: Observation) -> PolicyAnswer {
    .wish(PolicyWish(action: observation.position.side == .flat ? .buyLong : .closeLong, fraction: .one))
  }
}

/// Buys once and keeps what it has.
struct Holder: Policy {
  let identity = PolicyIdentity(name: "holder", sha256: "test", isUntrained: false)
  mutating func observe(_ observation: Observation) {}
  mutating func decide(_ observation: Observation) -> PolicyAnswer {
    observation.position.side == .flat ? .wish(PolicyWish(action: .buyLong, fraction: .one)) : .wish(.hold())
  }
}

/// The whole engine over a paper venue, on one thread, moved by hand.
actor Rig {
  struct Options {
    var settings = Rig.settings()
    var policies: [(name: String, policy: any Policy)] = [
      ("flat", FlatPolicy()), ("alternating", Alternating()), ("holder", Holder()),
    ]
    var inCharge = "alternating"
    /// What policies are measured against, by name.
    var references: [String: PolicyReference] = [:]
    var instruments = Rig.instruments(1)
    var cash = "100000"
    var state: EngineState?
    var isRecording = true
    var executor: (any SerialExecutor)?
    var venue: PaperVenue?
    var costs = PaperCosts.none
    var latchStore: (any LatchStore)?
    var show: (@Sendable (DecisionEvent) -> Void)?
    var onDurable: @Sendable () -> Void = {}
    var onSubmit: @Sendable () -> Void = {}
    /// Errands to the venue wait until `runErrand`.
    var isHeld = false
    var isVirtual = true
  }

  nonisolated let executor: any SerialExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  nonisolated let engine: Engine
  nonisolated let gate: StopGate
  nonisolated let venue: RecordingVenue
  nonisolated let mailbox: Mailbox<Ingress>
  nonisolated let sink: FakeSink
  nonisolated let latches: LatchBox
  nonisolated let errands: HeldGateway?
  nonisolated let requests: Requests
  nonisolated let lines: Lines
  var now = Timestamp(milliseconds: 0)

  private init(
    _ engine: Engine, _ gate: StopGate, _ venue: RecordingVenue, _ mailbox: Mailbox<Ingress>, _ sink: FakeSink,
    _ latches: LatchBox, _ errands: HeldGateway?, _ requests: Requests, _ lines: Lines
  ) {
    executor = engine.executor
    (self.engine, self.gate, self.venue, self.mailbox) = (engine, gate, venue, mailbox)
    (self.sink, self.latches, self.errands, self.requests, self.lines) = (sink, latches, errands, requests, lines)
  }

  static func make(_ options: Options = Options()) async throws -> Rig {
    let executor = options.executor ?? ThreadExecutor(name: "rig")
    let (gate, requests, lines, latches) = (StopGate(), Requests(), Lines(), LatchBox())
    let mailbox = Mailbox<Ingress>(capacity: 8192) { _ in .keep }
    let cash = try Money(options.cash)
    let exchange = PaperExchange(instruments: options.instruments, cashQuote: cash, costs: options.costs)
    let inner = options.venue ?? PaperVenue(executor: executor, exchange: exchange, ledger: nil)
    let venue = RecordingVenue(inner: inner, gate: gate, onSubmit: options.onSubmit)
    let sink = FakeSink(isRecording: options.isRecording, onDurable: options.onDurable)
    var bench = PolicyBench()
    bench.policies = options.policies
    bench.references = options.references
    let parts = EngineParts(
      executor: executor, instruments: options.instruments, timeframe: .oneMinute, settings: options.settings,
      bench: bench, inCharge: options.inCharge, mode: "test", startCashQuote: cash,
      state: options.state, sink: sink, lastSequence: 0, time: VirtualTime(), isVirtual: options.isVirtual, gate: gate,
      latchStore: options.latchStore ?? latches)
    var callbacks = EngineCallbacks()
    callbacks.show = options.show ?? { _ in }
    callbacks.demand = { mailbox.send(.control($0)) }
    callbacks.think = { requests.add($0) }
    callbacks.log = { lines.add("\($0.rawValue) \($1)") }
    callbacks.notify = { lines.add("notify \($0) \($1)") }
    var held: HeldGateway?
    let engine = try await Engine.assemble(parts, callbacks: callbacks) { _ in
      let gateway = VenueGateway(
        venue: venue, gate: gate, reports: { await inner.takeReports() }, enter: { mailbox.send($0) })
      if !options.isHeld { return gateway }
      held = HeldGateway(gateway)
      return held!
    }
    return Rig(engine, gate, venue, mailbox, sink, latches, held, requests, lines)
  }

  /// Warms up and compares books, after which the engine trades.
  func begin(_ warm: [Bar]) async throws {
    for bar in warm { await process(.bar(bar, isPreRoll: true), at: bar.closeTime) }
    now = warm.last?.closeTime ?? now
    try await reconcile()
  }

  func reconcile() async throws {
    let after = await engine.stages.execution.reconcileAfter
    await process(.venueState(try await VenueState(of: venue, after: after)), at: now)
  }

  func process(_ input: Ingress, at moment: Timestamp? = nil) async {
    await engine.supervisor.process(input, at: moment ?? now)
  }

  /// One bar as in virtual time: the venue first, then the engine, then what follows.
  func step(_ bar: Bar) async {
    await bring(bar)
    await drain()
  }

  func trade(_ bars: some Sequence<Bar>) async { for bar in bars { await step(bar) } }

  func bring(_ bar: Bar) async {
    now = bar.closeTime
    for report in await venue.inner.advance(bar) { await process(.report(report)) }
    await process(.bar(bar, isPreRoll: false))
  }

  func drain() async {
    while true {
      if let input = mailbox.poll() {
        await process(input)
      } else if await errands?.runOne() ?? false {
        continue
      } else {
        return
      }
    }
  }

  /// Works one input off, if there is one.
  func takeOne() async -> Bool {
    guard let input = mailbox.poll() else { return false }
    await process(input)
    return true
  }

  func command(_ command: ControlCommand) async -> String {
    let reply = Lines()
    await process(.control(command) { reply.add($0) })
    return reply.all.last ?? "-"
  }

  func stop(_ level: StopLevel) async -> String { await command(.stop(level: level, source: .file, reason: "test")) }

  /// Asks for what is unanswered, as the loop does at times.
  func askAgain() async {
    let context = EventContext(input: engine.recorder.nextSequence, at: now, startedNanoseconds: 0)
    await engine.stages.execution.resend(context: context)
  }

  nonisolated var supervisor: Supervisor { engine.supervisor }
  var position: PositionView { get async { await engine.stages.execution.books.positions[0] } }
  var vetoes: [RiskCheck: Int] { get async { await engine.stages.risk.decisions.vetoes } }
  func state() async -> EngineState { await engine.supervisor.engineState(sessions: 1) }
}

extension Rig {
  /// Limits wide enough that only what a test is about stands in the way.
  static func settings() -> BotSettings {
    var settings = BotSettings()
    settings.risk.maxOrdersPerMinute = 1_000_000
    settings.risk.maxRepeatedExecutions = 1_000_000_000
    settings.risk.maxConsecutiveLosses = 1_000_000_000
    settings.risk.maxDailyLoss = .one
    settings.risk.maxDrawdown = .one
    settings.risk.maxVolatilityRank = .one
    return settings
  }

  static func instruments(_ count: Int) -> InstrumentTable {
    InstrumentTable(
      (0..<count).map { index in
        let rules = InstrumentRules(
          effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: 10_000_000), lot: Quantity(raw: 1_000_000),
          minimumQuantity: Quantity(raw: 1_000_000), minimumNotionalQuote: Money(raw: Money.unit),
          makerFee: Rate(basisPoints: 5), takerFee: Rate(basisPoints: 10))
        return Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: "SYM\(index)", venue: "simulated", kind: .cryptoSpot,
          isShortable: false, calendar: .alwaysOpen, rules: [rules])
      })
  }

  /// Bars of one minute, without gaps; the first `warm` of each instrument are to warm up with.
  static func bars(seed: UInt64, _ count: Int, instruments: Int = 1) -> [Bar] {
    var random = CounterRandom(seed: seed, purpose: .propertyTest, lane: 99)
    var cents = [Int64](repeating: 10_000, count: instruments)
    var bars: [Bar] = []
    for minute in 0..<count {
      for index in 0..<instruments {
        let price = { (cents: Int64) in Price(raw: max(cents, 100) * 10_000_000) }
        let open = cents[index]
        let close = open + Int64(random.below(41)) - 20
        bars.append(
          Bar(
            instrument: InstrumentID(index: UInt16(index)), timeframe: .oneMinute,
            openTime: Timestamp(milliseconds: 1_700_000_040_000 + Int64(minute) * 60_000), open: price(open),
            high: price(max(open, close) + Int64(random.below(9))),
            low: price(min(open, close) - Int64(random.below(9))), close: price(close), volume: Measure(10)))
        cents[index] = max(close, 200)
      }
    }
    return bars
  }

  static let warmUp = 230
}
