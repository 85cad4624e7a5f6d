import Core
import Feed
import Foundation

/// The loop that works inputs off, on the engine's own thread.
actor RunLoop {
  private let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private let run: PaperRun
  private let prepared: PaperRun.Prepared
  private var clock: EventClock
  private var beats = 0
  private var isRecovering = false
  private var wasJournalHealthy = true
  private var wasStale = false

  init(run: PaperRun, prepared: PaperRun.Prepared) {
    executor = prepared.engine.executor
    self.run = run
    self.prepared = prepared
    clock = EventClock(pace: run.plan.pace, time: run.time)
  }

  /// Bars as fast as they are worked off. Nothing here depends on elapsed time but what is shown.
  func runVirtual(_ source: sending MarketSource) async -> String {
    var bars = source.bars
    defer { run.keepQuality(of: bars) }
    var count = 0
    var nextLook = run.time.monotonicNanoseconds
    while true {
      let next: Bar?
      // The books are closed in order, whatever becomes of the data.
      do { next = try bars.next() } catch { return "error: \(error)" }
      guard let bar = next, run.requestedStop == nil else { break }
      clock.barClosed(at: bar.closeTime)
      await step(.bar(bar, isPreRoll: false))
      await drain()
      count += 1
      if prepared.engine.recorder.hasLost { return "error: the journal does not take records: \(journalFailure)" }
      if let limit = run.plan.maximumBars, count >= limit { return "bar_limit" }
      // A bar makes a dozen records at most per instrument: often enough for the smallest queue allowed.
      if count & 7 == 0 { await prepared.writer?.waitForRoom() }
      guard count & 255 == 0 || prepared.thinker != nil else { continue }
      let now = run.time.monotonicNanoseconds
      guard now > nextLook else { continue }
      nextLook = now &+ 100_000_000
      await look(count, bar)
    }
    return run.requestedStop ?? "end_of_data"
  }

  /// Works off what the last bar set off: the venue's answers, and the network's, before the next bar is taken.
  private func drain() async {
    let supervisor = prepared.engine.supervisor
    while true {
      if let input = run.mailbox.poll() {
        await supervisor.process(input, at: clock.now)
      } else if prepared.thinker != nil, await supervisor.isThinking, let input = await run.mailbox.next() {
        await supervisor.process(input, at: clock.now)
      } else {
        return
      }
    }
  }

  private func look(_ count: Int, _ bar: Bar) async {
    // Closes the gate further if need be; the next input finds it closed and latches first.
    _ = prepared.watcher.lookBeforeStart()
    run.display.progress?("\(count) bars, \(bar.closeTime)", nil)
    if run.display.snapshot != nil { await run.show(prepared) }
  }

  /// The venue sees a bar before anybody decides on it: what was sent before fills first.
  private func step(_ input: Ingress) async {
    let supervisor = prepared.engine.supervisor
    if case .bar(let bar, isPreRoll: false) = input {
      let reports = await prepared.venue.advance(bar)
      for report in reports { await supervisor.process(.report(report), at: clock.now) }
    }
    await supervisor.process(input, at: clock.now)
  }

  /// Inputs as they come, until the run is to end.
  func runPaced() async -> String {
    var ending: String?
    // What comes before the first bar has the time of the warm-up's end.
    if let close = await prepared.engine.supervisor.lastBarClose { clock.barClosed(at: close) }
    while let input = await run.mailbox.next() {
      if case .end(let reason) = input { ending = ending ?? reason }
      if case .bar(let bar, _) = input { clock.barClosed(at: bar.closeTime) }
      await step(input)
      if case .heartbeat = input {} else { await prepared.keeper.save() }
      // Who asked looks at once.
      if case .control = input { await run.show(prepared) }
      if run.isHeartbeatDue.exchange(false, ordering: .relaxed) {
        // Fed here, by the loop that trades: a timer thread would keep a dead loop looking alive. Due after any input,
        // for a heartbeat behind a backlog would come too late for the watchdog.
        run.service.notify("WATCHDOG=1")
        await run.show(prepared)
        await tend()
      }
      guard let ending else { continue }
      // The data's end waits for the last thought; a person does not.
      let isPatient = ending == "end_of_data" || ending == "bar_limit"
      if !isPatient { return ending }
      if await !prepared.engine.supervisor.isThinking { return ending }
    }
    return ending ?? "closed"
  }

  private var journalFailure: String { prepared.writer?.failure ?? "its queue is full" }

  /// What the loop looks after a few times a second: a journal that failed, answers that are still owed.
  private func tend() async {
    beats += 1
    guard beats % 4 == 0 else { return }
    let execution = prepared.engine.stages.execution
    let context = EventContext(
      input: prepared.engine.recorder.nextSequence, at: clock.now, startedNanoseconds: run.time.monotonicNanoseconds)
    await execution.resend(context: context)
    if let queue = prepared.queue, await !prepared.engine.supervisor.isVenueReady {
      await queue.queryBooks(after: await execution.reconcileAfter)
    }
    await noteStaleness()
    guard let writer = prepared.writer else { return }
    noteJournal(isHealthy: writer.isHealthy)
    if !writer.isHealthy, !isRecovering {
      isRecovering = true
      Task {
        _ = await writer.recover()
        isRecovering = false
      }
    }
    if writer.isHealthy, prepared.engine.recorder.hasLost {
      // The journal works again but has a hole: a restart starts from what it holds, and compares the books.
      run.requestStop("error: the journal lost records while it could not be written")
    }
  }

  private func noteJournal(isHealthy: Bool) {
    guard isHealthy != wasJournalHealthy else { return }
    wasJournalHealthy = isHealthy
    if !isHealthy {
      run.log.write(.critical, "journal: \(journalFailure); nothing is opened until it can be written")
    }
    run.mailbox.send(.control(.degrade(.journalUnhealthy, isOn: !isHealthy)))
  }

  /// A feed that falls silent makes no events: somebody has to look.
  private func noteStaleness() async {
    guard run.plan.pace == .wallClock else { return }
    let stale = await prepared.engine.stages.feed.staleInstruments(at: clock.now)
    guard stale.isEmpty == wasStale else { return }
    wasStale.toggle()
    if wasStale {
      let symbols = stale.map { prepared.instruments[$0].symbol }.joined(separator: ", ")
      run.log.write(.error, "feed: no data of \(symbols); nothing is opened until it comes again")
    }
    run.mailbox.send(.control(.degrade(.feedStale, isOn: wasStale)))
  }
}
