import Core
import Foundation
import Statistics
import Testing
import Training

/// A file of expected values. Those of complexity lie with the features.
func targetCases(_ name: String) throws -> [UInt8] {
  let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let target = name.hasPrefix("04") ? "FeaturesTests" : "TrainingTests"
  return [UInt8](try Data(contentsOf: tests.appending(path: "\(target)/Resources/\(name).json")))
}

@Suite struct TargetGoldenTests {
  private static let names = [
    "01-oracle-dp", "02-triple-barrier", "03-sharpe-splits", "04-complexity", "05-policy-eval-halting-awr",
  ]

  @Test(arguments: [
    ("01-oracle-dp", 5, 160), ("02-triple-barrier", 4, 24), ("03-sharpe-splits", 4, 34), ("04-complexity", 11, 73),
    ("05-policy-eval-halting-awr", 5, 163),
  ])
  func everyValueIsAsExpected(_ name: String, cases: Int, values: Int) throws {
    let file = try CaseFile(try targetCases(name))
    #expect(file.tolerance == CaseTolerance(absolute: 1e-9, relative: 1e-9))
    let results = file.results(of: .targets)
    #expect(results.count == cases)
    for result in results {
      #expect(result.refusal == nil, "\(result.name)")
      #expect(result.comparison?.misses == [], "\(result.name)")
    }
    #expect(results.reduce(0) { $0 + $1.compared } == values)
  }

  @Test(arguments: names) func nothingExpectedIsComputedAllTheSame(_ name: String) throws {
    let text = String(decoding: try targetCases(name), as: UTF8.self)
    let blind = try CaseFile(Array(text.replacing("\"expected\": {", with: "\"ignored\": {").utf8))
    for (seen, unseen) in zip(try CaseFile(Array(text.utf8)).results(of: .targets), blind.results(of: .targets)) {
      #expect(unseen.comparison == nil && unseen.refusal == nil && seen.fields == unseen.fields, "\(seen.name)")
    }
  }

  /// Each number of what is expected, moved a little: one miss, whatever else the file holds.
  @Test(arguments: names) func everyChangedValueIsAMiss(_ name: String) throws {
    let tree = try JSONTree.parse(try targetCases(name))
    for item in try #require(tree["cases"]?.array) {
      guard case .object(let members, _) = item, let expected = item["expected"] else { continue }
      let changes = changes(of: expected)
      #expect(!changes.isEmpty)
      for changed in changes {
        let other = members.map { "\"\($0.key)\": \(text($0.key == "expected" ? changed : $0.value))" }
        let file = try CaseFile(
          Array(
            "{\"tolerance\": {\"abs\": 1e-9, \"rel\": 1e-9}, \"cases\": [{\(other.joined(separator: ", "))}]}".utf8))
        #expect(file.results(of: .targets)[0].missCount == 1, "\(text(changed))")
      }
    }
  }

  /// The tree with one of its leaves changed, for each leaf.
  private func changes(of tree: JSONTree) -> [JSONTree] {
    switch tree {
    case .number(let number): [.number("\((Double(number) ?? 0) * (1 + 1e-6) + 1e-6)")]
    case .null: [.number("0")]
    case .array(let elements, let place):
      elements.indices.flatMap { index in
        changes(of: elements[index]).map { changed in
          var others = elements
          others[index] = changed
          return .array(others, place: place)
        }
      }
    case .object(let members, let place):
      members.indices.flatMap { index in
        changes(of: members[index].value).map { changed in
          // A member cannot be made, so the text of the changed one is read.
          var others = members
          let made = try? JSONTree.parse(Array("{\"\(members[index].key)\": \(text(changed))}".utf8))
          if let member = made?.members?.first { others[index] = member }
          return .object(others, place: place)
        }
      }
    default: []
    }
  }

  private func text(_ tree: JSONTree) -> String {
    switch tree {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .number(let number): number
    case .string(let string): "\"\(string)\""
    case .array(let elements, _): "[" + elements.map(text).joined(separator: ", ") + "]"
    case .object(let members, _):
      "{" + members.map { "\"\($0.key)\": \(text($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  @Test(arguments: [
    ("{}", "has no kind and none of these: returns + pi"), ("{\"kind\": \"magic\"}", "kind: magic is not one of cusum"),
    ("{\"kind\": \"uniq\", \"spans\": [[3, 2]]}", "spans[0]"),
    ("{\"kind\": \"uniq\", \"spans\": [[1, 2.5]]}", "spans[0]"),
    ("{\"kind\": \"split\", \"spans\": [[1, 2]], \"test_lo\": 3, \"test_hi\": 2}", "test_hi: 2 is below"),
    ("{\"kind\": \"split\", \"spans\": [[1, 2]], \"test_lo\": 3, \"test_hi\": 1e300}", "test_hi"),
    ("{\"kind\": \"dsr\", \"returns\": [0.1], \"eta\": 2}", "eta: 2.0"),
    ("{\"kind\": \"pe\", \"x\": [1, 2, 3], \"order\": 11}", "order: 11"),
    ("{\"kind\": \"hurst\", \"r\": [1, 2], \"scales\": [2, 2]}", "scales"),
    ("{\"kind\": \"mmin\", \"complexity\": 1, \"m_max\": 1e18}", "m_max"),
    ("{\"returns\": [], \"cost\": 0.1}", "returns: has 0"), ("{\"returns\": [0.1]}", "none of these"),
    ("{\"returns\": [0.1], \"cost\": 0, \"risk_aversion\": 1}", "var: is missing"),
    ("{\"returns\": [0.1], \"cost\": 0, \"var\": [1, 1]}", "var: has 2"),
    ("{\"returns\": [0.1], \"cost\": 0, \"var\": [-1]}", "var[0]"),
    ("{\"returns\": [0.1], \"cost\": 0, \"tau\": 0}", "tau: 0.0"),
    ("{\"returns\": [0.1], \"cost\": 0, \"allow_short\": 1}", "allow_short: 1"),
    ("{\"ohlc\": [[1, 1, 1]], \"t0\": 0}", "ohlc[0]: has 3"),
    (
      "{\"ohlc\": [[1, 1, 1, 1], [1, 1, 1, 1]], \"t0\": 0, \"horizon\": 2, \"sigma\": 1, \"up\": 1, \"dn\": 1}",
      "2 bars end before 2"
    ),
    ("{\"returns\": [0.1], \"pi\": [[[1, 0, 0, 0, 0]]], \"cost\": 0}", "pi[0]: is not"),
    (
      "{\"returns\": [0.1], \"pi\": [[[0, 0, 0, 0, 1], [0, 0, 0, 0, 1], [0.5, 0, 0, 0, 0.5]]], \"cost\": 0}",
      "pi[0][2][0]: 0.5"
    ),
    (
      "{\"returns\": [0.1], \"pi\": [[[0, 0, 0, 0, 1], [0, 0.5, 0, 0, 0.5], [0, 0, 0, 0, 1]]], \"cost\": 0, \"allow_short\": false}",
      "pi[0][1][1]: 0.5"
    ),
    (
      "{\"returns\": [0.1], \"pi\": [[[0, 0, 0, 0, 1], [0, 0, 0, 0, 0.9], [0, 0, 0, 0, 1]]], \"cost\": 0}",
      "pi[0][1]: adds up to 0.9"
    ),
    (
      "{\"actions\": [2], \"q_row\": [1, 1, null, null, 0], \"q_halt\": [1], \"q_cont\": [1], \"cap\": 1}", "actions[0]"
    ),
    ("{\"actions\": [4], \"q_row\": [1, 1, null, null, 0], \"q_halt\": [1], \"q_cont\": [], \"cap\": 1}", "one length"),
    ("{\"actions\": [4], \"q_row\": [1, 1, null, null, 0], \"q_halt\": [1], \"q_cont\": [1], \"cap\": 0}", "cap: 0.0"),
    ("{\"adv\": [1], \"beta\": 0}", "beta"), ("{\"u\": [1], \"tau\": 1.5}", "tau"),
    ("{\"u\": [null], \"tau\": 0.5}", "u[0]"),
  ])
  func casesThatCannotBeComputedSayWhy(_ input: String, words: String) throws {
    let file = try CaseFile(Array("{\"cases\": [{\"input\": \(input), \"expected\": {\"a\": 1}}]}".utf8))
    let result = file.results(of: .targets)[0]
    #expect(result.refusal?.contains(words) == true, "\(result.refusal ?? "computed")")
  }

  @Test func rowsOfTheOracleAreThoseThatAreAskedFor() throws {
    let text = """
      {"cases": [{"input": {"returns": [0.02, 0, -0.01], "cost": 0.001, "tau": 0.01},
        "expected": {"q_t2_short": [null, null, null, -0.001, 0.009], "q_t1_flat": [0, 0, 0, 0, 0], "q_t3_flat": []}}]}
      """
    let result = try CaseFile(Array(text.utf8)).results(of: .targets)[0]
    #expect(result.fields.map(\.name).suffix(2) == ["q_t2_short", "q_t1_flat"])
    #expect(result.comparison?.misses.last?.description == "q_t3_flat: computed nothing, expected an array of 0")
    #expect(result.comparison?.misses.contains { $0.path.hasPrefix("q_t2_short") } == false)
  }

  @Test(arguments: 1...300) func damagedFilesAreComputedOrRefused(_ seed: UInt64) throws {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var bytes = try targetCases(Self.names[random.below(Self.names.count)])
    for _ in 0...random.below(4) {
      bytes[random.below(bytes.count)] = Array("0123456789-+e.[]{},:\"n".utf8)[random.below(22)]
    }
    do {
      for result in try CaseFile(bytes).results(of: .targets) {
        #expect(result.fields.isEmpty == (result.refusal != nil), "seed \(seed)")
      }
    } catch { #expect(error is StatisticsError, "seed \(seed)") }
  }
}
