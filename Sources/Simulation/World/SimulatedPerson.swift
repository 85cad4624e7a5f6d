import Bot
import Control
import Core

/// The person with the control directory: puts a STOP there now and then, takes it away after a while, and resumes by name.
final class SimulatedPerson: @unchecked Sendable {
  private unowned let world: World
  /// The STOP file.
  private(set) var stopFile: ControlReading.Stop?
  /// The highest stop that a process has seen and no person has resumed since.
  private(set) var inForce: StopLevel?
  /// When that was, in nanoseconds.
  private var seenAt: UInt64 = 0
  private var isResuming = false

  init(world: World) { self.world = world }

  /// Puts a STOP there; the process sees it within its polling interval.
  func stop() {
    let levels: [StopLevel] = [.reduce, .stop, .flatten]
    // Nobody puts a weaker stop in the place of one that stands there.
    let level = max(levels[world.faults.below(3, .stop)], stopFile?.level ?? .reduce)
    let stop = ControlReading.Stop(level: level, reason: "simulated")
    stopFile = stop
    let look = momentOfLook()
    world.scheduler.after(look) { [self] in
      if let process = world.process, stopFile != nil { seen(stop.level, by: process) }
    }
    world.scheduler.after(world.faults.length(.stop, seconds: 20...3600)) { [self] in
      stopFile = nil
      resumeSoon()
    }
  }

  /// Trades in the policy's place without a look at what the bot holds or may do.
  func trade() {
    let instruments = world.instruments.instruments
    let trade = ManualTrade(
      instrument: instruments[world.faults.below(instruments.count, .tradeByHand)].symbol,
      action: Action.allCases[world.faults.below(Action.count, .tradeByHand)],
      fraction: Rate(raw: Int64(Rate.unit) / 4 * Int64(world.faults.below(5, .tradeByHand))), reason: "simulated")
    world.process?.deliver(.control(.trade(trade)))
  }

  /// Wants one of the venue's open orders ended, whatever it is for.
  func cancel() {
    guard let id = world.exchange.openOrder({ world.faults.below($0, .cancelByHand) }) else { return }
    world.process?.deliver(.control(.cancel(id)))
  }

  /// When the process sees the file, in nanoseconds from now: at any time, or just when a bar's decision is on its way.
  private func momentOfLook() -> UInt64 {
    let random = UInt64(1_000_000 + world.faults.below(100_000_000, .stop))
    guard world.faults.below(2, .stop) == 0 else { return random }
    let minute: UInt64 = 60_000_000_000
    return minute - world.scheduler.now % minute &+ world.faults.length(.stop, seconds: 0.001...3)
  }

  /// A stop that a process has seen is in the latch at its death, if the disk took everything for half a minute.
  func processDies(_ process: BotProcess) {
    let since = max(seenAt, world.disk.takesSince)
    guard let inForce, process.isOpen, world.disk.isWritable, world.scheduler.now > since + 30_000_000_000 else {
      return
    }
    let saved = world.disk.latch?.level
    world.checks.look(
      .nothingAfterStop, saved.map { $0 >= inForce } ?? false,
      "a stop of level \(inForce.rawValue) was seen, and the latch on disk is \(saved?.rawValue ?? "not there")")
  }

  /// A stop that the dead process had only in memory, and whose file a person has taken away or put a weaker one in the
  /// place of since, is nobody's wish any more: what holds is what the latch or the saved plan names. A file that is there
  /// is seen anew.
  func processStarts() {
    let saved = [world.disk.latch?.level, world.disk.state?.execution.plan?.level].compactMap { $0 }.max()
    if let level = inForce { inForce = saved.map { min($0, level) } }
  }

  /// A process has seen a stop, or has found one at its start.
  func seen(_ level: StopLevel, by process: BotProcess) {
    if inForce.map({ $0 < level }) ?? true { seenAt = world.scheduler.now }
    inForce = max(inForce ?? level, level)
    process.close(level)
  }

  /// Something else has latched: a person will look at it.
  func noteLatch(_ level: StopLevel) {
    inForce = max(inForce ?? level, level)
    resumeSoon()
  }

  private func resumeSoon() {
    guard !isResuming else { return }
    isResuming = true
    world.scheduler.after(UInt64(30 + world.faults.below(600, .stop)) * 1_000_000_000) { [self] in tryResume() }
  }

  private func tryResume() {
    isResuming = false
    guard stopFile == nil else { return }
    guard let process = world.process, process.isOpen, let latch = process.latch else {
      if world.disk.latch != nil { resumeSoon() }
      return
    }
    // From here on the stop may be lifted; whether it is, the bot's own latch tells.
    inForce = nil
    process.deliver(.control(.resume(latchID: latch.id)))
    world.scheduler.after(20_000_000_000) { [self] in
      guard let process = world.process, process.isOpen else { return resumeSoonIfLatched() }
      if let latch = process.latch { noteLatch(latch.level) }
    }
  }

  private func resumeSoonIfLatched() { if world.disk.latch != nil { resumeSoon() } }
}
