import Control
import Core
import Foundation
import Glibc
import Synchronization

/// Watches the control directory and the command inbox on a thread of its own, so that a stop is seen whatever the
/// engine is doing.
package final class ControlWatcher: Sendable {
  private struct State {
    var stop: ControlReading.Stop?
    var resumeLatchID: String?
    var resumeRefusal: String?
    var problem: String?
    var wasReadOnly = false
    var lostSinceNanoseconds: UInt64?
    var inboxChangedNanoseconds: Int64?
    var looksWithoutInbox = 0
  }

  private let directory: ControlDirectory
  private let inbox: CommandInbox
  private let gate: StopGate
  private let pollMillis: Int
  private let time: any TimeSource
  private let usesNotifications: Bool
  private let log: @Sendable (LogLevel, String) -> Void
  private let enter: @Sendable (Ingress) -> Void
  private let isRunning = Atomic(true)
  private let lookWatch = Mutex(LookWatch())
  private let ended = DispatchSemaphore(value: 0)

  /// A watcher; `enter` takes what it finds to the engine. Without notifications it only looks every `pollMillis`.
  package init(
    directory: ControlDirectory, inbox: CommandInbox, gate: StopGate, pollMillis: Int, time: any TimeSource,
    usesNotifications: Bool = true, log: @escaping @Sendable (LogLevel, String) -> Void = { _, _ in },
    enter: @escaping @Sendable (Ingress) -> Void
  ) {
    self.directory = directory
    self.inbox = inbox
    self.gate = gate
    self.pollMillis = pollMillis
    self.time = time
    self.usesNotifications = usesNotifications
    self.log = log
    self.enter = enter
  }

  /// Looks once, at start: what stands there counts before anything is traded.
  package func lookBeforeStart() -> ControlReading {
    let reading = directory.read()
    if let stop = reading.stop { gate.close(stop.level, source: .file, reason: stop.reason) }
    return reading
  }

  /// Starts watching. `initial` is what `lookBeforeStart` found and the caller has dealt with.
  package func start(after initial: ControlReading) {
    Thread.start(named: "control") { [self] in
      var state = State(stop: initial.stop, wasReadOnly: initial.isReadOnly)
      let watch = usesNotifications ? DirectoryWatch(path: directory.path) : nil
      while isRunning.load(ordering: .relaxed) {
        look(&state)
        if let watch { watch.wait(milliseconds: pollMillis) } else { usleep(UInt32(pollMillis) * 1000) }
      }
      ended.signal()
    }
  }

  /// Whether somebody still looks for stops. Asked by the loop that trades, at its beats: once nobody does, nothing is
  /// opened until somebody looks again.
  package func isLooking() -> Bool {
    let (begins, isStalled) = lookWatch.withLock { watch in
      let begins = watch.ask(at: time.monotonicNanoseconds)
      // Within the lock: a look that comes now takes it back afterwards, not before.
      if begins { enter(.control(.degrade(.controlDirectoryLost, isOn: true))) }
      return (begins, watch.isStalled)
    }
    if begins {
      log(.critical, "nobody looks into \(directory.path) any more: a STOP there would not be seen; nothing is opened")
    }
    return !isStalled
  }

  private func look(_ state: inout State) {
    let reading = directory.read()
    // What was said for this thread while it did not look is taken back as a problem is that has passed.
    if lookWatch.withLock({ $0.look() }), state.problem == nil { state.problem = "there was no look" }
    if let stop = reading.stop {
      gate.close(stop.level, source: .file, reason: stop.reason)
      if state.stop != stop { enter(.control(.stop(level: stop.level, source: .file, reason: stop.reason))) }
    }
    state.stop = reading.stop
    lookForResume(reading, &state)
    // Under systemd it is read-only for the bot from the start. One that becomes so can take no STOP any more.
    let isTakenAway = reading.isReadOnly && !state.wasReadOnly
    lookForProblem(reading.problem ?? (isTakenAway ? "\(directory.path): has become read-only" : nil), &state)
    lookForCommands(&state)
  }

  private func lookForCommands(_ state: inout State) {
    let changed = inbox.changedNanoseconds
    state.looksWithoutInbox += 1
    // Two changes within the clock's tick bear one time: the second is found at the latest after this many looks.
    guard changed == nil || changed != state.inboxChangedNanoseconds || state.looksWithoutInbox >= 20 else { return }
    state.inboxChangedNanoseconds = changed
    state.looksWithoutInbox = 0
    for (command, reply) in inbox.take() { enter(.control(command, reply: reply)) }
  }

  /// Step two of a resume: STOP is gone, and RESUME names the latch. Each new content is tried once.
  private func lookForResume(_ reading: ControlReading, _ state: inout State) {
    defer {
      state.resumeLatchID = reading.stop == nil ? reading.resumeLatchID : nil
      state.resumeRefusal = reading.stop == nil ? reading.resumeRefusal : nil
    }
    if reading.stop == nil, let refusal = reading.resumeRefusal, refusal != state.resumeRefusal, gate.level != nil {
      log(.error, "resume refused: \(refusal)")
    }
    guard reading.stop == nil, let id = reading.resumeLatchID, id != state.resumeLatchID else { return }
    // A RESUME that was left lying while nothing is latched is not worth a record.
    guard gate.level != nil else { return }
    enter(.control(.resume(latchID: id)))
  }

  private func lookForProblem(_ problem: String?, _ state: inout State) {
    if (problem != nil) != (state.problem != nil) {
      enter(.control(.degrade(.controlDirectoryLost, isOn: problem != nil)))
    }
    state.problem = problem
    guard let problem else {
      state.lostSinceNanoseconds = nil
      return
    }
    let now = time.monotonicNanoseconds
    let since = state.lostSinceNanoseconds ?? now
    state.lostSinceNanoseconds = since
    // Half a second of grace for a directory that is being replaced; then whoever could stop the bot no longer can.
    guard now &- since > 500_000_000, gate.level ?? .reduce < .stop else { return }
    gate.close(.stop, source: .controlDirectory, reason: problem)
    enter(.control(.stop(level: .stop, source: .controlDirectory, reason: problem)))
  }

  /// Ends the thread and waits for it.
  package func stop() {
    guard isRunning.exchange(false, ordering: .relaxed) else { return }
    _ = ended.wait(timeout: .now() + .milliseconds(pollMillis * 4 + 200))
  }
}
