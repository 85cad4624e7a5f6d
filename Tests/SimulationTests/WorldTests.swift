import Foundation
import Simulation
import Testing

@Suite struct WorldTests {
  /// The slice of every test run; thousands of seeds are a command of their own, `hrmbot simulate`.
  private static let seeds: ClosedRange<UInt64> = 1...100

  @Test func aHundredDaysOfFaultsBreakNothing() throws {
    var faults: [FaultKind: Int] = [:]
    var looks: [Invariant: Int] = [:]
    var pairs: [Int?] = []
    let plans = Self.seeds.map { SimulationPlan(seed: $0) }
    try SimulationSweep.run(plans, threads: 2, goesOn: true) { outcome in
      faults.merge(outcome.faults, uniquingKeysWith: +)
      looks.merge(outcome.looks, uniquingKeysWith: +)
      pairs.append(outcome.pairs)
      let story = outcome.violation?.story.suffix(12).joined(separator: "\n") ?? ""
      #expect(outcome.violation == nil, "seed \(outcome.seed): \(outcome.violation!)\n\(story)")
    }
    for kind in FaultKind.allCases { #expect(faults[kind, default: 0] > 50, "\(kind.rawValue) hardly happened") }
    // Of every second venue or so; where there are pairs, they are used.
    #expect(pairs.count { $0 == nil } > 30 && pairs.count { $0 ?? 0 > 0 } > 30)
    for invariant in Invariant.allCases { #expect(looks[invariant, default: 0] > 0, "nobody looked at \(invariant)") }
  }

  /// Seeds that have found something: 143, a resume that the disk refused, re-executed as one that was granted.
  @Test(arguments: [143] as [UInt64]) func whatOnceBrokeHolds(seed: UInt64) throws {
    let outcome = try SimulationPlan(seed: seed).run()
    #expect(outcome.violation == nil, "seed \(seed): \(outcome.violation!)")
  }

  @Test(arguments: [3, 44] as [UInt64]) func aSeedIsTheSameWorldEveryTime(seed: UInt64) throws {
    let once = try SimulationPlan(seed: seed).run()
    let again = try SimulationPlan(seed: seed).run()
    #expect(once.chain == again.chain && once.events == again.events && once.jobs == again.jobs, "seed \(seed)")
    #expect(once.faults == again.faults && once.looks == again.looks, "seed \(seed)")
    let other = try SimulationPlan(seed: seed + 1).run()
    #expect(other.chain != once.chain, "seed \(seed)")
  }

  @Test func aPrefixOfAWorldIsItsBeginning() throws {
    let whole = try SimulationPlan(seed: 5).run()
    let part = try SimulationPlan(seed: 5, stopAfter: whole.events / 3).run()
    #expect(part.events == whole.events / 3 && part.records < whole.records && part.violation == nil)
  }

  @Test func withoutFaultsNothingIsRestartedOrUnknown() throws {
    let outcome = try SimulationPlan(seed: 9, faults: []).run()
    #expect(outcome.violation == nil && outcome.starts == 1 && outcome.faults.isEmpty && outcome.fills > 20)
  }
}
