import ArgumentParser
import Bot
import Foundation
import Simulation

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "The whole bot in a simulated world in which everything goes wrong.",
    discussion: """
      Every seed is a world of its own: market, venue, network, disk, clock, people. The real actors trade in it in virtual
      time; after every event the invariants are checked. The same seed gives the same journal, to the last byte.

      EXAMPLES
        hrmbot simulate                           20 days, all faults
        hrmbot simulate --seeds 1..10000          the long run
        hrmbot simulate --seeds 17..17 --story    one seed, with what led to a violation
        hrmbot simulate --faults crash,lost_acknowledgement
        hrmbot simulate --mutants                 planted bugs, one by one: each must be caught

      Faults: \(FaultKind.allCases.map(\.rawValue).joined(separator: ", ")).
      Exit code 1: an invariant did not hold, or a planted bug was not caught; 130: interrupted, the sums up to there are
      printed.
      """)

  @Option(help: "First and last seed, as A..B. Default: 1..20; 1..120 with --mutants, where the first catch ends each.")
  var seeds: String?
  @Option(help: "Days of one-minute bars in each world.") var days = 1
  @Option(help: "all, none, or a list of faults.") var faults = "all"
  @Option(help: "Worlds that are lived through at the same time.") var jobs = ProcessInfo.processInfo
    .activeProcessorCount
  @Flag(help: "Plant known bugs, one after the other, and see that each is caught.") var mutants = false
  @Option(help: "Plant this one bug.") var plant: String?
  @Option(help: "End each world after so many events.") var events: UInt64?
  @Flag(help: "Print what led to a violation.") var story = false
  @Flag(help: "Go on after a violation.") var keepGoing = false
  @Flag(help: "One JSON object.") var json = false
  @Flag(help: ArgumentHelp("Call into a world from a foreign thread.", visibility: .private)) var stray = false

  func run() throws {
    let seeds = try SeedRange.read(seeds ?? (mutants ? "1..120" : "1..20"), most: 1_000_000)
    guard (1...3650).contains(days) else { throw ValidationError("--days \(days) is not between 1 and 3650") }
    let kinds = try Self.kinds(faults)
    let passed =
      mutants
      ? try MutantRun(seeds: seeds, days: days, kinds: kinds, json: json).run()
      : try SimulateRun(command: self, seeds: seeds, kinds: kinds).run()
    if !passed { throw ExitCode(1) }
  }

  static func kinds(_ text: String) throws -> Set<FaultKind> {
    if text == "all" { return Set(FaultKind.allCases) }
    if text == "none" { return [] }
    return Set(
      try text.split(separator: ",").map { name in
        guard let kind = FaultKind(rawValue: String(name)) else {
          throw ValidationError("--faults \(name): no such fault; `hrmbot simulate --help` lists them")
        }
        return kind
      })
  }

  func bug() throws -> PlantedBug? {
    try plant.map { name in
      guard let bug = PlantedBug(rawValue: name) else {
        let known = PlantedBug.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--plant \(name): no such bug; known: \(known)")
      }
      return bug
    }
  }
}

/// Seeds, one line each, and a table at the end.
private struct SimulateRun {
  let command: SimulateCommand
  let seeds: ClosedRange<UInt64>
  let kinds: Set<FaultKind>

  func run() throws -> Bool {
    let bug = try command.bug()
    let plans = seeds.map {
      var plan = SimulationPlan(seed: $0, days: command.days, faults: kinds, bug: bug, stopAfter: command.events)
      plan.hasStray = command.stray
      return plan
    }
    var totals = SimulationTotals()
    var failed: [(SimulationPlan, Violation)] = []
    let start = Stopwatch.seconds()
    Interruption.watch()
    let wasStopped = { Interruption.isWanted }
    try SimulationSweep.run(
      plans, threads: command.jobs, goesOn: command.keepGoing, shouldStop: wasStopped
    ) { outcome in
      totals.add(outcome)
      if command.json {
        show(totals.seeds, of: plans.count, violations: totals.violations, since: start)
      } else {
        print(SimulationText.line(outcome))
      }
      guard let violation = outcome.violation else { return }
      failed.append((plans[Int(outcome.seed - seeds.lowerBound)], violation))
    }
    ProgressLine.clear()
    totals.seconds = Stopwatch.seconds() - start
    if command.json {
      print(try SimulationText.json(totals, failed.map { ($0.0.seed, $0.1) }))
    } else {
      print(SimulationText.table(totals, kinds))
      for (plan, violation) in failed { try report(plan, violation) }
    }
    if totals.seeds < plans.count, wasStopped() {
      Console.note("interrupted: \(totals.seeds) of \(plans.count) seeds were lived through")
      throw ExitCode(130)
    }
    return failed.isEmpty
  }

  /// How far it is: a line that is written over on a terminal, else a line for every hundredth.
  private func show(_ done: Int, of all: Int, violations: Int, since start: Double) {
    guard ProgressLine.isWanted || done % max(1, all / 100) == 0 else { return }
    let share = Double(done) / Double(all)
    let left = ProgressLine.left(share, elapsedSeconds: Stopwatch.seconds() - start)
    let line = "\(ProgressLine.bar(share)) \(done) of \(all) seeds, \(violations) violations\(left)"
    if ProgressLine.isWanted { ProgressLine.show(line) } else { Console.note(line) }
  }

  private func report(_ plan: SimulationPlan, _ violation: Violation) throws {
    let (least, found) = try plan.shrunk(violation)
    print("\nVIOLATION with seed \(plan.seed): \(violation)")
    if command.story { for line in found.story { print("    \(line)") } }
    let names = FaultKind.allCases.filter { least.faults.contains($0) }.map(\.rawValue).joined(separator: ",")
    let plant = command.plant.map { " --plant \($0)" } ?? ""
    print(
      "  again: hrmbot simulate --seeds \(plan.seed)..\(plan.seed) --days \(plan.days)\(plant) --faults "
        + "\(names.isEmpty ? "none" : names) --events \(found.event) --story")
  }
}

/// Planted bugs, each until a seed catches it.
private struct MutantRun {
  let seeds: ClosedRange<UInt64>
  let days: Int
  let kinds: Set<FaultKind>
  let json: Bool

  func run() throws -> Bool {
    var caught: [(bug: PlantedBug, seed: UInt64, violation: Violation)] = []
    var missed: [PlantedBug] = []
    for bug in PlantedBug.allCases {
      var found = false
      for seed in seeds where !found {
        let outcome = try SimulationPlan(seed: seed, days: days, faults: kinds, bug: bug).run()
        guard let violation = outcome.violation else { continue }
        found = true
        caught.append((bug, seed, violation))
        if !json {
          print(
            "caught  \(SimulationText.padded(bug.rawValue, 34)) seed \(seed), event \(violation.event): \(violation.invariant.rawValue)"
          )
        }
      }
      if !found {
        missed.append(bug)
        if !json {
          print("MISSED  \(SimulationText.padded(bug.rawValue, 34)) seeds \(seeds.lowerBound)..\(seeds.upperBound)")
        }
      }
    }
    if json {
      print(try SimulationText.json(caught, missed))
    } else {
      print("\n\(caught.count) of \(PlantedBug.allCases.count) planted bugs caught")
    }
    return missed.isEmpty
  }
}
