import Core
import Digest
import Feed
import Foundation
import Glibc
import Journal

extension PaperRun {
  /// Runs the prepared engine until it ends, with everything that must run beside it.
  func drive(_ prepared: Prepared, _ source: sending MarketSource) async throws -> String {
    if plan.pace.isVirtual {
      let thinking = prepared.thinker.map { thinker in Task { await thinker.run() } }
      defer {
        prepared.thinker?.close()
        thinking?.cancel()
      }
      return await VirtualLoop(run: self, prepared: prepared).run(source)
    }
    let feeder = Feeder(
      source: source, pace: plan.pace, time: time, maximumBars: plan.maximumBars, mailbox: mailbox,
      valve: plan.feedValve)
    let mailbox = mailbox
    let errands = Task { await prepared.queue?.run() }
    return await withTaskGroup(of: Void.self, returning: String.self) { group in
      if let thinker = prepared.thinker { group.addTask { await thinker.run() } }
      group.addTask { [self] in await watchPolicy(prepared) }
      // A served exchange sends its bars itself.
      if plan.venueAddress == nil { group.addTask { await feeder.run() } }
      group.addTask { [self] in
        while !Task.isCancelled {
          isHeartbeatDue.store(true, ordering: .relaxed)
          // Wakes a loop that has nothing to do; a busy one looks after every input.
          mailbox.send(.heartbeat)
          try? await Task.sleep(for: .milliseconds(250))
        }
      }
      let end = await PacedLoop(executor: prepared.engine.executor, parts: loopParts(prepared)).run()
      if let (quality, refused) = await feeder.fileReport { keep(quality, refused) }
      // A stop must be seen until the last order has left.
      prepared.queue?.close()
      await errands.value
      prepared.watcher.stop()
      prepared.thinker?.close()
      group.cancelAll()
      return end
    }
  }

  private func loopParts(_ prepared: Prepared) -> LoopParts {
    let venue = prepared.venue
    return LoopParts(
      engine: prepared.engine, mailbox: mailbox, pace: plan.pace, time: time, instruments: prepared.instruments,
      gateway: prepared.queue ?? NoGateway() as any OrderGateway,
      reconcileSeconds: plan.settings.execution.reconcileSeconds, journal: prepared.writer,
      advance: { await venue.advance($0) }, saveState: { await prepared.keeper.save(isWithinInput: false) },
      takeHeartbeat: { [self] in isHeartbeatDue.exchange(false, ordering: .relaxed) },
      beat: { [self] loop in
        // A bot that a STOP would not reach must not look alive.
        if prepared.watcher.isLooking() { service.notify("WATCHDOG=1") }
        await pulse(prepared, isolation: loop)
      },
      show: { [self] loop in await show(prepared, isolation: loop) }, log: { [self] in log.write($0, $1) },
      requestStop: { [self] in requestStop($0) })
  }

  func keepQuality(of bars: any BarSource) {
    if let files = bars as? MergedReplay { keep(files.quality, files.rowErrors) }
    if let file = bars as? ReplayFile { keep(file.quality, file.rowErrors) }
  }

  private func keep(_ quality: FeedQuality, _ refused: [RowError]) {
    fileQuality.withLock { $0 = quality }
    for row in refused { log.write(.warning, "row refused: \(row)") }
  }

  /// Closes the books: last records, journal closed, summary.
  func finish(_ prepared: Prepared, end: String, seconds: Double) async throws -> RunSummary {
    await takeLast(prepared)
    var summary = await summary(prepared, end: end, seconds: seconds)
    let supervisor = prepared.engine.supervisor
    let (cash, equity, positions) = (summary.cashQuote, summary.equityQuote, summary.positions)
    let at = summary.lastBar ?? Timestamp(milliseconds: 0)
    // Nothing follows the record of the end, so what it leaves behind comes before it.
    await prepared.keeper.save(isWithinInput: false)
    await supervisor.note(.end) {
      RecordEncoder.end(
        reason: end, records: $0, cashQuote: cash, equityQuote: equity, positions: positions, at: at)
    }
    if let writer = prepared.writer {
      await writer.close()
      if let failure = writer.failure { log.write(.error, "journal: \(failure)") }
      let head = await writer.head()
      if case .directory(let directory) = plan.journal {
        summary.journal = (directory, head.count, SHA256.hex(head.hash))
        StatusFile.write(Array((directory + "\n").utf8), to: plan.home.lastJournalPath)
      }
    }
    try await prepared.venue.close()
    if !plan.pace.isVirtual {
      unlink(plan.home.statusPath)
      unlink(plan.home.heartbeatPath)
    }
    return summary
  }

  /// Works off what came in while the run was ending: a stop, what became of the last orders. Bars are left: nothing is
  /// decided any more.
  private func takeLast(_ prepared: Prepared) async {
    guard !plan.pace.isVirtual else { return }
    let supervisor = prepared.engine.supervisor
    let now = plan.pace == .wallClock ? time.now : await supervisor.lastBarClose ?? time.now
    while let input = mailbox.poll() {
      switch input {
      case .bar, .heartbeat, .end, .answer, .deadline, .flattenDue: continue
      default: await supervisor.process(input, at: now)
      }
    }
  }

  private func summary(_ prepared: Prepared, end: String, seconds: Double) async -> RunSummary {
    let stages = prepared.engine.stages
    let risk = await stages.risk.account
    let agent = await stages.agent.statistics
    let decisions = await stages.decisions(holds: agent.holds)
    let execution = await stages.execution.statistics
    let books = await stages.execution.books
    let supervisor = prepared.engine.supervisor
    let inputs = await supervisor.counters
    // What the files' reader refused never reached the feed: of a replay, the reader's counts are the whole story.
    let read = fileQuality.withLock { $0 }
    let quality = read.rows > 0 ? read : await stages.feed.quality
    var timing = RunSummary.Timing()
    timing.wallSeconds = seconds
    timing.barsPerSecond = Double(inputs.bars) / max(seconds, 1e-9)
    timing.decisionsPerSecond = Double(decisions.total) / max(seconds, 1e-9)
    timing.decisionMicros = prepared.thinker?.latency
    timing.deadline = prepared.thinker?.overruns
    timing.pathMicros = execution.path
    timing.peakMemoryMiB = Self.peakMemoryMiB()
    return RunSummary(
      mode: plan.mode, isSynthetic: plan.isSynthetic, isUntrained: prepared.isUntrained,
      policy: await stages.agent.inCharge.identity.name, timeframe: prepared.timeframe,
      instruments: prepared.instruments.instruments.map(\.symbol), bars: inputs.bars,
      preRollBars: inputs.preRollBars, feed: quality, statistics: decisions, orders: execution.counters,
      discarded: (Int(agent.counters.lateAnswers), Int(agent.counters.supersededRequests)),
      fallbacks: agent.counters.fallbackCounts,
      policySwitches: agent.switches, cashQuote: books.cashQuote, equityQuote: risk.equityQuote,
      startCashQuote: plan.settings.paper.cashQuote,
      positions: zip(prepared.instruments.instruments, books.positions).map { ($0.symbol, $1) },
      tradingState: await supervisor.tradingState, depthHistogram: agent.depth,
      firstBar: await supervisor.firstBarClose,
      lastBar: await supervisor.lastBarClose, journal: nil, timing: timing, endReason: end)
  }

  private static func peakMemoryMiB() -> Double {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
