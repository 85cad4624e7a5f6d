import Core
import Feed
import Foundation

/// The loop of a run in virtual time: bars as fast as they are worked off, on the engine's own thread.
actor VirtualLoop {
  private let executor: any SerialExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private let paperRun: PaperRun
  private let prepared: PaperRun.Prepared
  private var clock: EventClock

  init(run: PaperRun, prepared: PaperRun.Prepared) {
    executor = prepared.engine.executor
    paperRun = run
    self.prepared = prepared
    clock = EventClock(pace: run.plan.pace, time: run.time)
  }

  /// Bars as fast as they are worked off. Nothing here depends on elapsed time but what is shown.
  func run(_ source: sending MarketSource) async -> String {
    var bars = source.bars
    defer { paperRun.keepQuality(of: bars) }
    var count = 0
    var nextLook = paperRun.time.monotonicNanoseconds
    while true {
      let next: Bar?
      // The books are closed in order, whatever becomes of the data.
      do { next = try bars.next() } catch { return "error: \(error)" }
      guard let bar = next, paperRun.requestedStop == nil else { break }
      clock.barClosed(at: bar.closeTime)
      await step(.bar(bar, isPreRoll: false))
      await drain()
      count += 1
      if prepared.engine.recorder.hasLost { return "error: the journal does not take records: \(journalFailure)" }
      if let limit = paperRun.plan.maximumBars, count >= limit { return "bar_limit" }
      // A bar makes a dozen records at most per instrument: often enough for the smallest queue allowed.
      if count & 7 == 0 { await prepared.writer?.waitForRoom() }
      guard count & 255 == 0 || prepared.thinker != nil else { continue }
      let now = paperRun.time.monotonicNanoseconds
      guard now > nextLook else { continue }
      nextLook = now &+ 100_000_000
      await look(count, bar)
    }
    return paperRun.requestedStop ?? "end_of_data"
  }

  /// Works off what the last bar set off: the venue's answers, and the network's, before the next bar is taken.
  private func drain() async {
    let supervisor = prepared.engine.supervisor
    while true {
      if let input = paperRun.mailbox.poll() {
        await supervisor.process(input, at: clock.now)
      } else if prepared.thinker != nil, await supervisor.isThinking, let input = await paperRun.mailbox.next() {
        await supervisor.process(input, at: clock.now)
      } else {
        return
      }
    }
  }

  private func look(_ count: Int, _ bar: Bar) async {
    // Closes the gate further if need be; the next input finds it closed and latches first.
    _ = prepared.watcher.lookBeforeStart()
    paperRun.display.progress?("\(count) bars, \(bar.closeTime)", nil)
    if paperRun.display.snapshot != nil { await paperRun.show(prepared) }
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

  private var journalFailure: String { prepared.writer?.failure ?? "its queue is full" }
}
