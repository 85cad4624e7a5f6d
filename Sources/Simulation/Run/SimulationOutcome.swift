/// What came of one seed.
public struct SimulationOutcome: Sendable {
  /// The seed.
  public var seed: UInt64
  /// What did not hold; nil: everything did.
  public var violation: Violation?
  /// Events of the world.
  public var events: UInt64
  /// Jobs of the bot's actors that the scheduler ran.
  public var jobs: UInt64
  /// Virtual time lived through, in nanoseconds.
  public var nanoseconds: UInt64
  /// How often each fault happened.
  public var faults: [FaultKind: Int]
  /// How often each invariant was looked at.
  public var looks: [Invariant: Int]
  /// Records in the journal.
  public var records: Int
  /// Hash of the journal's chain in hex.
  public var chain: String
  /// Fills at the venue.
  public var fills: Int
  /// Orders that arrived at the venue.
  public var orders: Int
  /// Pairs of orders that the venue took, of which one ends the other; nil: it takes none.
  public var pairs: Int?
  /// Lives of the bot's process.
  public var starts: Int
}

/// One seed to live through.
public struct SimulationPlan: Sendable {
  /// The seed.
  public var seed: UInt64
  /// Days of one-minute bars.
  public var days: Int
  /// What may go wrong.
  public var faults: Set<FaultKind>
  /// A planted bug.
  public var bug: PlantedBug?
  /// Ends after so many events; nil: at the end of the data.
  public var stopAfter: UInt64?
  /// Lets a task of the system's threads call into the world, which must end the program.
  public var hasStray = false

  /// A plan as given.
  public init(
    seed: UInt64, days: Int = 1, faults: Set<FaultKind> = Set(FaultKind.allCases), bug: PlantedBug? = nil,
    stopAfter: UInt64? = nil
  ) {
    self.seed = seed
    self.days = days
    self.faults = faults
    self.bug = bug
    self.stopAfter = stopAfter
  }

  /// Lives through it on the calling thread. Throws when the bot cannot be put together.
  public func run() throws -> SimulationOutcome {
    let world = try World(seed: seed, days: days, kinds: faults, mutant: Mutant(bug), stopAfter: stopAfter)
    if hasStray { world.stray() }
    let violation = world.run()
    return SimulationOutcome(
      seed: seed, violation: violation, events: world.events, jobs: world.scheduler.jobs,
      nanoseconds: world.scheduler.now, faults: world.faults.counts, looks: world.checks.looks,
      records: world.disk.records.count, chain: world.disk.chainHex, fills: world.exchange.fills.count,
      orders: world.exchange.arrived.count, pairs: world.exchange.hasPairs ? world.exchange.pairs : nil,
      starts: world.starts)
  }

  /// The same seed with as few kinds of faults as still show a violation of the same invariant, at its first event.
  public func shrunk(_ violation: Violation) throws -> (plan: SimulationPlan, violation: Violation) {
    var best = (plan: self, violation: violation)
    for kind in FaultKind.allCases where best.plan.faults.contains(kind) {
      var plan = best.plan
      plan.faults.remove(kind)
      if let found = try plan.run().violation, found.invariant == violation.invariant { best = (plan, found) }
    }
    return best
  }
}
