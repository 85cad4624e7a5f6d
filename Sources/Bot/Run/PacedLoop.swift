import Core
import Feed

/// The loop that works inputs off as they come, on the engine's own thread.
package actor PacedLoop {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private let parts: LoopParts
  private var clock: EventClock
  private var lastTended: UInt64 = 0
  private var booksAsked: UInt64 = 0
  private var isRecovering = false
  private var wasJournalHealthy = true
  private var wasStale = false
  private var lastBeat: UInt64 = 0
  private var lastShown: UInt64 = 0
  /// Whether anything but heartbeats came since the state was shown.
  private var hasNews = true
  private var readiness = ReadinessWatch()

  /// A loop over `parts`.
  package init(executor: any SerialExecutor, parts: LoopParts) {
    self.executor = executor
    self.parts = parts
    clock = EventClock(pace: parts.pace, time: parts.time)
  }

  /// Works until an end is asked for; the reason.
  package func run() async -> String {
    let supervisor = parts.engine.supervisor
    var ending: String?
    // What comes before the first bar has the time of the warm-up's end.
    if let close = await supervisor.lastBarClose { clock.barClosed(at: close) }
    while let input = await parts.mailbox.next() {
      if case .end(let reason) = input { ending = ending ?? reason }
      if case .bar(let bar, _) = input { clock.barClosed(at: bar.closeTime) }
      await step(input)
      if case .heartbeat = input {
      } else {
        hasNews = true
        await parts.saveState()
      }
      if case .control = input {
        // The guard waits to hear that a stop has arrived, and who asked looks at once.
        await beat()
        await show()
      }
      if parts.takeHeartbeat() {
        // Fed here, by the loop that trades: a timer thread would keep a dead loop looking alive. Due after any input,
        // for a heartbeat behind a backlog would come too late for the watchdog.
        if hasNews || hasPassed(450_000_000, since: lastBeat) { await beat() }
        if hasNews || hasPassed(900_000_000, since: lastShown) { await show() }
        await tend()
      }
      guard let ending else { continue }
      // The data's end waits for the last thought; a person does not.
      let isPatient = ending == "end_of_data" || ending == "bar_limit"
      if !isPatient { return ending }
      if await !supervisor.isThinking { return ending }
    }
    return ending ?? "closed"
  }

  /// The venue sees a bar before anybody decides on it: what was sent before fills first.
  private func step(_ input: Ingress) async {
    let supervisor = parts.engine.supervisor
    if case .bar(let bar, isPreRoll: false) = input {
      for report in await parts.advance(bar) { await supervisor.process(.report(report), at: clock.now) }
    }
    await supervisor.process(input, at: clock.now)
  }

  /// Heartbeats come four times a second; a bot that waits for its next bar needs not say so each time.
  private func hasPassed(_ nanoseconds: UInt64, since moment: UInt64) -> Bool {
    parts.time.monotonicNanoseconds &- moment >= nanoseconds
  }

  private func beat() async {
    lastBeat = parts.time.monotonicNanoseconds
    await parts.beat(self)
  }

  private func show() async {
    hasNews = false
    lastShown = parts.time.monotonicNanoseconds
    await parts.show(self)
  }

  /// What the loop looks after about once a second: a journal that failed, answers that are still owed, books that have
  /// not been compared for a while.
  private func tend() async {
    let now = parts.time.monotonicNanoseconds
    let execution = parts.engine.stages.execution
    let supervisor = parts.engine.supervisor
    // Heartbeats come four times a second; one that is a little early must not cost a whole round.
    let isRound = now &- lastTended >= 900_000_000
    let isStopped = await supervisor.latch.map { $0.level > .reduce } ?? false
    // A stop's cancels are sent again at every beat until each is answered.
    guard isRound || isStopped else { return }
    let context = EventContext(
      input: parts.engine.recorder.nextSequence, at: clock.now, startedNanoseconds: now)
    await execution.resend(context: context)
    guard isRound else { return }
    lastTended = now
    await supervisor.process(.flattenDue, at: clock.now)
    let isDue = now &- booksAsked >= UInt64(parts.reconcileSeconds) * 1_000_000_000
    let isWanted = await execution.needsReconciliation
    let isReady = await supervisor.isVenueReady
    if isDue || isWanted || !isReady {
      booksAsked = now
      await parts.gateway.queryBooks(after: await execution.reconcileAfter)
    }
    await noteStaleness()
    await tendJournal()
    await noteReadiness()
  }

  private func noteReadiness() async {
    guard parts.pace == .wallClock else { return }
    let supervisor = parts.engine.supervisor
    let reasons = ReadinessWatch.reasons(
      degradations: await supervisor.degradations, isVenueReady: await supervisor.isVenueReady,
      isFeedOverdue: await parts.engine.stages.feed.isOverdue(at: clock.now, by: ReadinessWatch.freshMillis))
    for command in readiness.look(reasons, at: clock.now) { parts.mailbox.send(.control(command)) }
  }

  private func tendJournal() async {
    guard let journal = parts.journal else { return }
    noteJournal(journal)
    if !journal.isHealthy, !isRecovering {
      isRecovering = true
      Task {
        _ = await journal.recover()
        isRecovering = false
      }
    }
    if journal.isHealthy, parts.engine.recorder.hasLost {
      // The journal works again but has a hole: a restart starts from what it holds, and compares the books.
      parts.requestStop("error: the journal lost records while it could not be written")
    }
  }

  private func noteJournal(_ journal: any JournalHealth) {
    guard journal.isHealthy != wasJournalHealthy else { return }
    wasJournalHealthy.toggle()
    if !wasJournalHealthy {
      let failure = journal.failure ?? "its queue is full"
      parts.log(.critical, "journal: \(failure); nothing is opened until it can be written")
    }
    parts.mailbox.send(.control(.degrade(.journalUnhealthy, isOn: !wasJournalHealthy)))
  }

  /// A feed that falls silent makes no events: somebody has to look.
  private func noteStaleness() async {
    guard parts.pace == .wallClock else { return }
    let stale = await parts.engine.stages.feed.staleInstruments(at: clock.now)
    guard stale.isEmpty == wasStale else { return }
    wasStale.toggle()
    if wasStale {
      let symbols = stale.map { parts.instruments[$0].symbol }.joined(separator: ", ")
      parts.log(.error, "feed: no data of \(symbols); nothing is opened until it comes again")
    }
    parts.mailbox.send(.control(.degrade(.feedStale, isOn: wasStale)))
  }
}
