import Control
import Core

/// What the guard decides: readings of the control directory, heartbeats and the venue's books go in, effects come out.
///
/// It acts when a STOP stands and the bot has not confirmed it, for whatever reason: not running, frozen, deaf. It goes on
/// until nothing is open, and then keeps looking. It steps back when the bot confirms, or beats again without a STOP.
/// Times are of a monotonic clock, in nanoseconds.
package struct GuardStage: Sendable {
  /// When it acts, and how.
  package let rules: GuardRules
  /// What is traded; replaced when the venue has told.
  package var instruments: InstrumentTable
  /// How far it goes now.
  package private(set) var aim = GuardAim.none
  /// Why.
  package private(set) var reason = ""
  /// Whether the newest books left nothing to do.
  package internal(set) var isClear = false
  /// What it has done so far.
  package internal(set) var counters = GuardCounters()

  private var beat: Heartbeat?
  private var beatAt: UInt64?
  private var stopLevel: StopLevel?
  private var stopSince: UInt64 = 0
  private var confirmedAt: UInt64?
  private var lostSince: UInt64?
  private var isDeadManArmed = false
  /// Set by a person who wants it to act now, whatever the bot says.
  private let forced: GuardAim

  var isLooking = false
  var nextLook: UInt64 = 0
  /// Cancels under way, oldest first.
  var cancels: [(id: ClientOrderID, at: UInt64)] = []
  /// Since when an instrument's position has waited for other orders to end, by instrument index.
  var waitingSince: [UInt64?] = []
  /// Closing orders so far, by instrument index.
  var tries: [Int] = []
  /// When the newest closing order was sent, by instrument index.
  var sentAt: [UInt64] = []
  /// Number that the closing orders' names carry: later than that of any guard before.
  var sequence: UInt64
  var attempt: UInt16 = 0

  /// A stage. `sequence` must grow from one start of a guard to the next: milliseconds of the wall clock do. `forced`
  /// makes it act at once and for good.
  package init(rules: GuardRules, instruments: InstrumentTable, sequence: UInt64, forced: GuardAim = .none) {
    self.rules = rules
    self.instruments = instruments
    self.sequence = sequence
    self.forced = forced
  }

  /// The last price that the bot knew, by symbol.
  func rememberedPrice(_ symbol: String) -> Price? { beat?.prices[symbol] }

  /// Looks at what people say and whether the bot lives.
  package mutating func see(_ reading: ControlReading, _ newest: Heartbeat?, at now: UInt64) -> [GuardEffect] {
    var effects: [GuardEffect] = []
    let hasBeaten = noteBeat(newest, at: now)
    noteStop(reading, at: now)
    if hasBeaten, let level = stopLevel, let held = beat?.level, held >= level { confirmedAt = now }
    let (wanted, why) = wish(at: now)
    change(to: wanted, because: why, &effects)
    setDeadMan(at: now, &effects)
    if aim != .none, !isLooking, now >= nextLook {
      isLooking = true
      counters.looks += 1
      effects.append(.look)
    }
    return effects
  }

  private mutating func noteBeat(_ newest: Heartbeat?, at now: UInt64) -> Bool {
    guard let newest else {
      beatAt = beatAt ?? now
      return false
    }
    guard newest.differs(from: beat) else { return false }
    // A file that lies there when the guard starts is no sign of life: only a beat that it has seen come is.
    let isFirst = beat == nil && beatAt == nil
    beat = newest
    beatAt = now
    return !isFirst
  }

  private mutating func noteStop(_ reading: ControlReading, at now: UInt64) {
    var level = reading.stop?.level
    if reading.problem != nil {
      let since = lostSince ?? now
      lostSince = since
      // The bot's own grace for a directory that is being replaced.
      if now &- since > 500_000_000 { level = max(level ?? .stop, .stop) }
    } else {
      lostSince = nil
    }
    if let level, stopLevel.map({ $0 < level }) ?? true {
      stopSince = now
      confirmedAt = nil
    }
    if level == nil { confirmedAt = nil }
    stopLevel = level
  }

  private func wish(at now: UInt64) -> (GuardAim, String) {
    if forced != .none { return (forced, "by hand") }
    let silence = now &- (beatAt ?? now)
    if let level = stopLevel {
      let since = max(confirmedAt ?? stopSince, stopSince)
      guard now &- since > UInt64(rules.confirmMillis) * 1_000_000 else { return (.none, "") }
      let what =
        beat == nil ? "no bot beats" : silence > 1_000_000_000 ? "the bot is silent" : "the bot does not confirm"
      return (reach(of: level), "STOP (\(level.rawValue)) stands and \(what)")
    }
    guard silence > UInt64(rules.heartbeatLossMillis) * 1_000_000 else { return (.none, "") }
    // A bot that died while it was stopping leaves the rest to do.
    let left = beat?.level.map { $0 == .reduce ? GuardAim.cancelEntries : $0 == .stop ? .cancelAll : .flatten } ?? .none
    return (max(rules.onLoss, left), "no beat of the bot for \(silence / 1_000_000_000) s")
  }

  private func reach(of level: StopLevel) -> GuardAim {
    switch level {
    case .reduce: .cancelEntries
    case .stop: rules.flattensOnStop ? .flatten : .cancelAll
    case .flatten: .flatten
    }
  }

  private mutating func change(to wanted: GuardAim, because why: String, _ effects: inout [GuardEffect]) {
    guard wanted != aim else { return }
    if wanted == .none {
      effects.append(.log(.notice, "guard stands back: the bot answers again"))
      effects.append(.notify(event: "guard_back", "the bot answers again"))
    } else if aim < wanted {
      counters.activations += 1
      isClear = false
      // A new plan has new names, whatever became of the last one's.
      sequence += 1
      attempt = 0
      nextLook = 0
      effects.append(.log(.critical, "GUARD acts (\(wanted)): \(why)"))
      effects.append(.notify(event: "guard", "acts (\(wanted)): \(why)"))
    }
    aim = wanted
    reason = why
  }

  private mutating func setDeadMan(at now: UInt64, _ effects: inout [GuardEffect]) {
    guard rules.deadManMillis > 0, stopLevel == nil else { return }
    let isLost = aim != .none
    guard isLost != isDeadManArmed else { return }
    isDeadManArmed = isLost
    effects.append(.armDeadMan(millis: isLost ? rules.deadManMillis : 0))
  }
}
