import Bot
import Core
import Feed

/// Market data: the venue sees every bar at its close; the bot gets what comes through.
final class SimulatedFeed: @unchecked Sendable {
  private unowned let world: World
  private var market: SimulatedMarket
  private var next: Bar?
  /// Every bar of the venue so far, for whoever warms up; as many as a restart needs.
  private(set) var history: [Bar] = []
  /// Until when nothing comes through.
  var silentUntil: UInt64 = 0
  private let end: Timestamp
  /// Bars of the venue after the warm-up.
  private(set) var count = 0

  /// A feed of bars until `end`; those that close up to `start` are history.
  init(world: World, market: SimulatedMarket, start: Timestamp, end: Timestamp) {
    self.world = world
    self.market = market
    self.end = end
    while let bar = self.market.next() {
      if bar.closeTime > start {
        next = bar
        break
      }
      history.append(bar)
    }
  }

  /// Sets off the next bar; at the end of the data, `atEnd`.
  func schedule(atEnd: @escaping () -> Void) {
    guard let bar = next, bar.closeTime <= end else { return atEnd() }
    let wait = bar.closeTime.millisecondsSince(world.time.trueNow)
    world.scheduler.after(UInt64(max(0, wait)) * 1_000_000) { [self] in
      next = market.next()
      count += 1
      history.append(bar)
      if history.count > 4096 { history.removeFirst(2048) }
      world.exchange.advance(bar)
      if world.faults.isActive, world.faults.wantsUnaskedCancel() {
        let didCancel = world.exchange.cancelUnasked(
          { world.faults.below($0, .unaskedCancel) }, at: world.time.trueNow)
        if didCancel { world.faults.note(.unaskedCancel) }
      }
      carry(bar)
      schedule(atEnd: atEnd)
    }
  }

  private func carry(_ bar: Bar) {
    guard world.scheduler.now >= silentUntil else { return }
    if world.faults.strikes(.lostBar) { return }
    var delay = world.travel()
    if world.faults.strikes(.lateBar) { delay = world.faults.length(.lateBar, seconds: 1...50) }
    // Two minutes late: the one after it is there first.
    if world.faults.strikes(.disorderedBar) { delay = world.faults.length(.disorderedBar, seconds: 61...130) }
    hand(bar, after: delay)
    if world.faults.strikes(.duplicateBar) {
      hand(bar, after: delay &+ world.faults.length(.duplicateBar, seconds: 0.001...100))
    }
  }

  private func hand(_ bar: Bar, after nanoseconds: UInt64) {
    // Only the process that was there when the venue sent it can get it.
    let process = world.process
    world.scheduler.after(nanoseconds) { process?.deliver(.bar(bar, isPreRoll: false)) }
  }
}
