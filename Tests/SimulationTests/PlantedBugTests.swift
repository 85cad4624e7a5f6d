import Simulation
import Testing

@Suite struct PlantedBugTests {
  /// Seeds tried for each bug.
  private static let seeds: ClosedRange<UInt64> = 1...120

  @Test(arguments: PlantedBug.allCases) func isCaught(bug: PlantedBug) throws {
    for seed in Self.seeds {
      let plan = SimulationPlan(seed: seed, bug: bug)
      guard let violation = try plan.run().violation else { continue }
      // The prefix that shows it shows it again, and without the bug the world is sound.
      var prefix = plan
      prefix.stopAfter = violation.event
      let again = try prefix.run().violation
      #expect(again?.invariant == violation.invariant && again?.event == violation.event, "\(bug) seed \(seed)")
      #expect(try SimulationPlan(seed: seed).run().violation == nil, "\(bug) seed \(seed)")
      return
    }
    Issue.record("\(bug): \(bug.summary): no seed of \(Self.seeds) catches it")
  }

  @Test func aViolationShrinksToTheFaultsThatShowIt() throws {
    let plan = SimulationPlan(seed: 1, bug: .countFillTwice)
    let violation = try #require(try plan.run().violation)
    let (least, found) = try plan.shrunk(violation)
    #expect(least.faults == [.duplicateReport] && found.invariant == violation.invariant)
  }
}
