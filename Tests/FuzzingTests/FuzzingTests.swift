import Fuzzing
import Testing

/// The fuzzers' functions on a few thousand inputs: `scripts/reliability/fuzz` runs a million each.
@Suite struct FuzzingTests {
  @Test(arguments: FuzzTarget.allCases) func hostileInputsFindNothing(_ target: FuzzTarget) throws {
    let entry = try target.makeEntry()
    for seed: UInt64 in 1...3 {
      var mutator = FuzzMutator(target, seed: seed)
      var taken = 0
      for round in 0..<1000 {
        switch entry(mutator.next()) {
        case .taken: taken += 1
        case .refused: break
        case .finding(let finding): Issue.record("\(target.rawValue), seed \(seed), round \(round): \(finding)")
        }
      }
      #expect(taken > 20, "seed \(seed): nearly everything is refused before it reaches anything")
    }
  }

  /// Seeds that are refused would test the refusal alone.
  @Test(arguments: FuzzTarget.allCases) func seedsAreTaken(_ target: FuzzTarget) throws {
    let entry = try target.makeEntry()
    let outcomes = target.seeds.map(entry)
    #expect(!outcomes.isEmpty)
    #expect(outcomes.count { $0 == .taken } * 3 >= outcomes.count * 2, "\(outcomes)")
  }

  @Test func mutationsAreSeeded() {
    var first = FuzzMutator(.wire, seed: 5), second = FuzzMutator(.wire, seed: 5), third = FuzzMutator(.wire, seed: 6)
    let inputs = (0..<50).map { _ in first.next() }
    #expect(inputs == (0..<50).map { _ in second.next() })
    #expect(inputs != (0..<50).map { _ in third.next() })
  }
}
