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
  private var persisted: EngineState?
  private var beats = 0

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
      if let limit = run.plan.maximumBars, count >= limit { return "bar_limit" }
      guard count & 255 == 0 || prepared.thinker != nil else { continue }
      await prepared.writer?.waitForRoom()
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
    if run.gate.level == nil, let stop = prepared.watcher.lookBeforeStart().stop {
      run.mailbox.send(.control(.stop(level: stop.level, source: .file, reason: stop.reason)))
    }
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
    while let input = await run.mailbox.next() {
      if case .end(let reason) = input { ending = ending ?? reason }
      if case .bar(let bar, _) = input { clock.barClosed(at: bar.closeTime) }
      await step(input)
      if case .heartbeat = input {
        // Fed here, by the loop that trades: a timer thread would keep a dead loop looking alive.
        run.service.notify("WATCHDOG=1")
        await run.show(prepared)
        await tend()
      } else {
        await persist()
      }
      guard let ending else { continue }
      // The data's end waits for the last thought; a person does not.
      let isPatient = ending == "end_of_data" || ending == "bar_limit"
      if !isPatient { return ending }
      if await !prepared.engine.supervisor.isThinking { return ending }
    }
    return ending ?? "closed"
  }

  /// What the loop looks after a few times a second: a journal that failed, answers that are still owed.
  private func tend() async {
    beats += 1
    guard beats % 4 == 0 else { return }
    let execution = prepared.engine.stages.execution
    let context = EventContext(
      input: prepared.engine.recorder.nextSequence, at: clock.now, startedNanoseconds: run.time.monotonicNanoseconds)
    await execution.resend(context: context)
    guard let writer = prepared.writer else { return }
    if !writer.isHealthy {
      run.log.write(.critical, "journal: \(writer.failure ?? "failed"); nothing is opened until it can be written")
      _ = await writer.recover()
    }
    if writer.isHealthy, prepared.engine.recorder.hasLost {
      // The journal works again but has a hole: a restart starts from what it holds, and compares the books.
      run.requestStop("error: the journal lost records while it could not be written")
    }
  }

  private func persist() async {
    guard let writer = prepared.writer else { return }
    let state = await prepared.engine.supervisor.engineState(sessions: prepared.sessions)
    guard state != persisted, let bytes = try? state.encoded() else { return }
    persisted = state
    writer.setState(bytes)
  }
}
