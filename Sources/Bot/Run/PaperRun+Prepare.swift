import Agent
import Control
import Core
import Digest
import Exchange
import Execution
import Feed
import Foundation
import HRM
import Journal
import Settings

extension PaperRun {
  /// Loads, recovers and reconciles; nothing is traded before it is done.
  func prepare() async throws -> (Prepared, MarketSource) {
    let rules: InstrumentSettings
    do { rules = try InstrumentSettings.load(besideSettings: plan.settingsPath) } catch {
      throw StartError("\(error)", exitCode: 78)
    }
    let store = try JournalOpening.open(plan)
    warn(missingArchive: store?.openReport.missingArchive)
    let restored = try restoredState(store)
    let session = (restored?.sessions ?? 0) + 1
    // Nothing saved: an earlier start was cut off before it traded, and its warm-up may be incomplete.
    let served = try await openServed()
    var (source, warm) =
      try served.map { ($0.source, $0.warm) }
      ?? openSource(rules, restored == nil ? nil : store, session: session)
    let inCharge = restored?.rollback.policyInCharge ?? plan.settings.policy.name
    // The network's kernels are chosen while it loads, before other threads run.
    let bench = try loadBench(source, inCharge: inCharge, isFirstStart: restored == nil)
    let executor = ThreadExecutor(name: "engine")
    let venue =
      try served.map { RunVenue.served($0.venue) }
      ?? .inProcess(openVenue(source.instruments, engine: executor))
    let watcher = ControlWatcher(
      directory: ControlDirectory(path: plan.home.controlPath), inbox: CommandInbox(stateDirectory: plan.home.path),
      gate: gate, pollMillis: plan.settings.control.pollMillis, time: time,
      log: { [log] in log.write($0, $1) }
    ) { [mailbox] in mailbox.send($0) }
    if !plan.pace.isVirtual { try CommandInbox(stateDirectory: plan.home.path).prepare() }
    let lastSequence = store?.head.count ?? 0
    // Handed over: from here on only the writer touches the store.
    nonisolated(unsafe) let handedOver = store
    let writer = makeWriter(handedOver)
    let thinker = try makeThinker(bench)
    var decisionTime: DecisionTime?
    if let thinker, let network = bench.network?.network, !plan.pace.isVirtual {
      let segmentMillis = await thinker.measureSegment(of: network.architecture)
      let together = min(source.instruments.count, Thinker.batchCapacity)
      warn(segmentMillis: segmentMillis, instruments: source.instruments.count)
      decisionTime = DecisionTime(
        deadlineMillis: plan.settings.policy.deadlineMillis, segmentMillis: segmentMillis, together: together)
      thinker.time(decisionTime)
    }
    var parts = EngineParts(
      executor: executor, instruments: source.instruments, timeframe: source.timeframe, settings: plan.settings,
      bench: bench,
      inCharge: inCharge, mode: plan.mode, startCashQuote: plan.settings.paper.cashQuote, state: restored,
      sink: writer.map { JournalSink(writer: $0, waits: !plan.pace.isVirtual) } ?? NoRecords() as any RecordSink,
      lastSequence: lastSequence, time: time, isVirtual: plan.pace.isVirtual, gate: gate,
      latchStore: plan.pace.isVirtual ? MemoryLatch() : LatchFile(stateDirectory: plan.home.path) as any LatchStore)
    parts.hasPairs = try await capabilities(served, venue).hasPairs
    let (engine, queue, keeper) = try await assemble(
      parts, venue: venue, thinker: thinker, decisionTime, writer: writer, sessions: session)
    let prepared = Prepared(
      engine: engine, venue: venue, venueRules: served?.rules, hasPairs: parts.hasPairs, writer: writer,
      instruments: source.instruments, timeframe: source.timeframe, watcher: watcher, thinker: thinker, queue: queue,
      keeper: keeper,
      identity: await engine.stages.agent.inCharge.identity, sessions: session,
      isUntrained: bench.network?.manifest.untrained ?? false, modelPath: bench.modelPath,
      startEquityQuote: plan.settings.paper.cashQuote)
    try await begin(prepared, source, bench, restored: restored, warm: warm)
    note(bench)
    warm = []
    return (prepared, source)
  }

  private func loadBench(_ source: MarketSource, inCharge: String, isFirstStart: Bool) throws -> PolicyBench {
    var request = PolicyBench.Request(
      settings: plan.settings, home: plan.home, instruments: source.instruments, timeframe: source.timeframe,
      inCharge: inCharge, mayCreateModel: true, isVirtualTime: plan.pace.isVirtual, extra: plan.extraPolicy)
    // A first start with a model that is no good is a mistake to mend. Later there may be positions to look after.
    request.standsInForNetwork = !isFirstStart
    return try PolicyBench.load(request) { text in
      // A person can end a start that makes a copy, and a service manager must not take it for one that hangs.
      if requestedStop != nil { throw StartError("ended before it began: \(requestedStop ?? "")", exitCode: 75) }
      display.progress?(text, nil)
      service.notify("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=\(text)")
    }
  }

  /// The served exchange that the plan names; nil: the run has a venue of its own.
  private func openServed() async throws -> ServedMarket? {
    guard let address = plan.venueAddress else { return nil }
    return try await ServedMarket.open(
      address, time: time, seed: plan.settings.market.seed, preRollBars: plan.settings.market.preRollBars, gate: gate,
      relay: relay)
  }

  /// What the venue can do; a served one has said so when it was opened.
  private func capabilities(_ served: ServedMarket?, _ venue: RunVenue) async throws -> VenueCapabilities {
    if let served { return served.capabilities }
    return try await venue.venue.capabilities()
  }

  private func restoredState(_ store: JournalStore?) throws -> EngineState? {
    guard plan.mode == "paper", let bytes = try store?.state() else { return nil }
    // No restart changes what is written there.
    do { return try EngineState(decoding: bytes) } catch let error as UnknownStatePart {
      throw StartError(
        "the journal's saved state: \(error); start the version that wrote it, close its positions, then change versions",
        exitCode: 78)
    } catch {
      throw StartError(
        "the journal's saved state cannot be read (\(error)); `hrmbot replay --verify` tells more, and "
          + "--journal names another directory", exitCode: 78)
    }
  }

  /// The feed, and the bars that warm the features before the first decision.
  private func openSource(
    _ rules: InstrumentSettings, _ store: JournalStore?, session: Int
  ) throws -> (MarketSource, [Bar]) {
    guard plan.source == .simulated else {
      return (try MarketSource.replay(plan, rules: rules), [])
    }
    let market = plan.settings.market
    let timeframe = market.timeframe ?? .oneSecond
    // Virtual time begins at a fixed moment, so that equal runs are equal.
    let now = plan.pace.isVirtual ? Timestamp(milliseconds: 1_704_067_200_000) : time.now
    let instruments = MarketSource.simulatedInstruments(plan, rules: rules)
    let recorded = try store.map {
      try JournalOpening.recentBars($0, instruments, perInstrument: market.preRollBars, timeframe: timeframe)
    }
    if let recorded, let newest = recorded.last {
      let prices = Dictionary(recorded.map { ($0.instrument, $0.close) }) { $1 }
      let start = plan.pace.isVirtual ? newest.closeTime : max(newest.closeTime, now)
      return (
        try MarketSource.simulated(plan, instruments, since: start, session: session, prices: prices), recorded
      )
    }
    let start = now.adding(milliseconds: -timeframe.milliseconds * Int64(market.preRollBars))
    var source = try MarketSource.simulated(plan, instruments, since: start, session: session, prices: [:])
    var warm: [Bar] = []
    while warm.count < market.preRollBars * source.instruments.count, let bar = try source.bars.next() {
      warm.append(bar)
    }
    return (source, warm)
  }

  /// In real time the venue writes its ledger on a thread of its own; in virtual time a hop to it would cost more than
  /// all the rest of a bar.
  private func openVenue(
    _ instruments: InstrumentTable, engine: ThreadExecutor
  ) throws -> PaperVenue {
    let paper = plan.settings.paper
    let costs = PaperCosts(
      spread: paper.spread, slippage: paper.slippage,
      maximumVolumeShare: paper.maximumVolumeShare.isZero ? nil : paper.maximumVolumeShare)
    let executor = plan.pace.isVirtual ? engine : ThreadExecutor(name: "venue")
    do {
      guard case .directory(let directory) = plan.journal else {
        let exchange = PaperExchange(instruments: instruments, cashQuote: plan.settings.paper.cashQuote, costs: costs)
        return PaperVenue(executor: executor, exchange: exchange, ledger: nil)
      }
      let ledger = try PaperLedger(
        path: directory + "/ledger.sqlite", durability: plan.pace.isVirtual ? .relaxed : .full)
      let exchange = try ledger.restore(
        instruments: instruments, cashQuote: plan.settings.paper.cashQuote, costs: costs)
      return PaperVenue(executor: executor, exchange: exchange, ledger: ledger)
    } catch let error as PaperLedgerError {
      // Of another version, or damaged: no restart changes it.
      throw StartError("\(error)", exitCode: 78)
    } catch { throw StartError("paper ledger: \(error)", exitCode: 73) }
  }

  private func makeWriter(_ store: sending JournalStore?) -> JournalWriter? {
    guard let store else { return nil }
    return JournalWriter(
      store: store, executor: ThreadExecutor(name: "journal"), capacity: plan.settings.journal.queueCapacity,
      groupCommitMillis: plan.settings.journal.groupCommitMillis)
  }

  private func warn(missingArchive name: String?) {
    guard let name else { return }
    log.write(
      .error, "journal: the archive \(name) is missing; restore it, or older records cannot be read or verified")
  }

  private func warn(segmentMillis: Double, instruments: Int) {
    let deadline = plan.settings.policy.deadlineMillis
    guard segmentMillis * Double(instruments) > Double(deadline) else { return }
    log.write(
      .warning,
      "network: a segment takes \(Int(segmentMillis.rounded(.up))) ms here, \(instruments) instrument(s) do not fit into the "
        + "deadline of \(deadline) ms: decisions will be late or fall back; raise policy.deadline_millis, or choose fewer "
        + "instruments")
  }

  private func makeThinker(_ bench: PolicyBench) throws -> Thinker? {
    guard let network = bench.network?.network else { return nil }
    let mailbox = mailbox
    return try Thinker(
      network: network, model: plan.settings.hierarchicalReasoningModel, time: time, isVirtual: plan.pace.isVirtual
    ) { mailbox.send(.answer($0, instrument: $1)) }
  }

  private func assemble(
    _ parts: EngineParts, venue: RunVenue, thinker: Thinker?, _ decisionTime: DecisionTime?, writer: JournalWriter?,
    sessions: Int
  ) async throws -> (Engine, QueuedGateway?, StateKeeper) {
    var callbacks = EngineCallbacks()
    let (mailbox, log, isVirtual) = (mailbox, log, plan.pace.isVirtual)
    // Somebody may ask for the status of a paced run at any time.
    let isWatched = !isVirtual || display.snapshot != nil
    callbacks.show = display.decision
    if isWatched && callbacks.show == nil { callbacks.show = { @Sendable _ in } }
    callbacks.trade = display.trade
    callbacks.demand = { mailbox.send(.control($0)) }
    callbacks.log = { log.write($0, $1) }
    callbacks.notify = { [display] in
      log.notify($0, $1)
      display.notice?($0, $1)
    }
    let bound = decisionTime?.boundNanoseconds
    callbacks.think = { request in
      thinker?.think(request)
      guard let bound else { return }
      // The network bounds itself by whole segments; this is the last resort when even one takes too long.
      Task {
        try? await Task.sleep(for: .nanoseconds(bound))
        mailbox.send(.deadline(ticket: request.sequence))
      }
    }
    let gate = gate
    let keeping = StateKeeperPlace()
    // A crash in virtual time loses nothing that the same files do not give again: there the end's state is enough.
    if !isVirtual { callbacks.saveState = { await keeping.save() } }
    var queue: QueuedGateway?
    let engine = try await Engine.assemble(parts, callbacks: callbacks) { _ in
      let gateway = VenueGateway(
        venue: venue.venue, gate: gate, reports: { await venue.takeReports() },
        enter: { mailbox.send($0) })
      guard !isVirtual else { return gateway }
      queue = QueuedGateway(gateway: gateway) {
        mailbox.send(.outcome($0, .rejected(.invalid)))
      } note: {
        log.write(.error, $0)
      }
      return queue!
    }
    let keeper = StateKeeper(executor: engine.executor, engine: engine, sessions: sessions)
    keeping.keeper = keeper
    return (engine, queue, keeper)
  }

  /// The session's first records: who and what, the latch that holds, the warm-up, the venue's books.
  private func begin(
    _ prepared: Prepared, _ source: MarketSource, _ bench: PolicyBench, restored: EngineState?, warm: [Bar]
  ) async throws {
    let now = plan.pace.isVirtual ? warm.last?.closeTime ?? Timestamp(milliseconds: 0) : time.now
    let state = restored?.encoded()
    let session = try RecordEncoder.session(
      SessionRecord(
        build: plan.build, mode: plan.mode, feed: plan.source == .simulated ? .simulated : .files(source.names),
        instruments: source.instruments.instruments.map(\.symbol),
        listings: source.instruments.instruments.map { .init(kind: $0.kind, venue: $0.venue) },
        rulesHash: source.instruments.rulesHash, arithmetic: bench.network == nil ? nil : HRMNetwork.kernelName,
        isVirtualTime: plan.pace.isVirtual,
        timeframe: source.timeframe, policyInCharge: await prepared.engine.stages.agent.inCharge.name,
        policies: bench.policies.map(\.policy.identity), settingsHash: SHA256.hex(SHA256.digest(plan.settingsJSON)),
        settings: plan.settingsJSON, seed: plan.settings.market.seed, session: UInt64(prepared.sessions),
        state: state, at: now, venueRules: prepared.venueRules,
        hasPairs: prepared.hasPairs, references: try bench.encodedReferences()))
    let initial = prepared.watcher.lookBeforeStart()
    for problem in [initial.problem, ControlDirectory(path: plan.home.controlPath).warning].compactMap({ $0 }) {
      log.write(.warning, "control directory: \(problem)")
    }
    let opening = SessionOpening(
      record: session, latch: try heldLatch(restored, at: now), stop: initial.stop, warm: warm,
      lastTradeID: restored?.execution.trades.floor ?? 0,
      clockSkewMillis: plan.venueAddress == nil ? nil : relay.skewMillis,
      bookReadings: plan.venueAddress == nil ? 1 : 5)
    // Watched from here on: a stop that comes while books are compared must find nothing tradable afterwards.
    if !plan.pace.isVirtual { prepared.watcher.start(after: initial) }
    do {
      try await opening.perform(on: prepared.engine.supervisor, venue: prepared.venue.venue, now: now)
    } catch {
      if !plan.pace.isVirtual { prepared.watcher.stop() }
      guard let error = error as? VenueError else { throw error }
      throw StartError("\(error); start again once it answers", exitCode: 75)
    }
  }

  /// The latch that holds, on disk.
  private func heldLatch(_ restored: EngineState?, at now: Timestamp) throws -> StopLatch? {
    let file = LatchFile(stateDirectory: plan.home.path)
    guard let held = SessionOpening.heldLatch(file: file.read(), restored: restored, now: now) else { return nil }
    if held.isNew {
      do { try file.write(held.latch) } catch { throw StartError("latch: \(error)", exitCode: 73) }
    }
    return held.latch
  }
}
