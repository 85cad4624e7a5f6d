import Core
import Foundation
import Statistics
import Testing

@Suite struct CaseTests {
  private func results(_ text: String) throws -> [CaseResult] { try CaseFile(Array(text.utf8)).results() }

  private func json(_ text: String) throws -> JSONTree { try JSONTree.parse(Array(text.utf8)) }

  @Test(arguments: [
    "01-prng-splitmix64", "02-psr-dsr-mintrl", "03-stationary-bootstrap-sharpe-diff", "04-pbo-cscv",
    "05-reality-check-spa", "09-trade-outcomes", "10-reward-model-quality",
  ])
  func nothingExpectedIsComputedAllTheSame(_ name: String) throws {
    let text = String(decoding: try resource("alignment/\(name).json"), as: UTF8.self)
    let blind = text.replacing("\"expected\": {", with: "\"ignored\": {")
    for (seen, unseen) in zip(try results(text), try results(blind)) {
      #expect(unseen.comparison == nil && unseen.refusal == nil && seen.fields == unseen.fields, "\(seen.name)")
    }
  }

  @Test(arguments: [
    "01-prng-splitmix64", "02-psr-dsr-mintrl", "03-stationary-bootstrap-sharpe-diff", "04-pbo-cscv",
    "05-reality-check-spa", "09-trade-outcomes", "10-reward-model-quality",
  ])
  func everyChangedValueIsAMiss(_ name: String) throws {
    let file = try json(String(decoding: try resource("alignment/\(name).json"), as: UTF8.self))
    for (tree, result) in zip(
      try #require(file["cases"]?.array), try CaseFile(try resource("alignment/\(name).json")).results())
    {
      let expected = try #require(tree["expected"]?.members)
      for place in result.fields.indices {
        for changed in changes(of: result.fields[place].value) {
          var fields = result.fields
          fields[place] = CaseField(fields[place].name, changed)
          var comparison = CaseComparison(tolerance: CaseTolerance(absolute: 1e-9, relative: 1e-9))
          comparison.compare(fields, with: expected)
          #expect(comparison.missCount > 0, "\(result.name): \(fields[place].name)")
        }
      }
    }
  }

  /// What a wrong result looks like: moved by a hundred millionth of its size, undefined, or wrong in the first element.
  private func changes(of value: CaseValue) -> [CaseValue] {
    switch value {
    case .undefined: return [.number(0)]
    case .number(.infinity): return [.number(1e300), .undefined]
    case .number(let number): return [.number(number + max(1e-8, abs(number) * 1e-8)), .undefined]
    case .rank(let number, let step): return [.rank(number + 2 * step, step: step), .undefined]
    case .count(let count): return [.count(count + 1), .undefined]
    case .text(let text): return [.text(text + "0"), .undefined]
    case .flag(let flag): return [.flag(!flag)]
    case .list(let values):
      return [.list(values.dropLast())] + changes(of: values[0]).map { .list([$0] + values.dropFirst()) }
    case .fields(let fields):
      return changes(of: fields[0].value).map { .fields([CaseField(fields[0].name, $0)] + fields.dropFirst()) }
    }
  }

  @Test func ranksMayLieOneStepApart() throws {
    func misses(_ expected: String) throws -> Int {
      var comparison = CaseComparison(tolerance: CaseTolerance(absolute: 1e-9, relative: 1e-9))
      let members = try #require(try json("{\"p\": \(expected)}").members)
      comparison.compare([CaseField("p", .rank(0.25, step: 0.05))], with: members)
      return comparison.missCount
    }
    for good in ["0.25", "0.3", "0.2"] { #expect(try misses(good) == 0, "\(good)") }
    for bad in ["0.35", "0.15", "0.26", "null", "[]"] { #expect(try misses(bad) == 1, "\(bad)") }
  }

  @Test func infinityAndNothingAreWrittenAndCompared() throws {
    #expect(CaseValue.number(.infinity).json == "\"inf\"" && CaseValue.number(-.infinity).json == "\"-inf\"")
    #expect(CaseValue.number(nil).json == "null" && CaseValue.count(70).json == "70")
    #expect(CaseValue.fields([CaseField("a\"b", .numbers([0.1, 1e-20]))]).json == "{\"a\\\"b\": [0.1, 1e-20]}")
    var comparison = CaseComparison(tolerance: .figures)
    let fields = [CaseField("a", .number(.infinity)), CaseField("b", .undefined), CaseField("c", .number(1))]
    comparison.compare(
      fields, with: try #require(try json("{\"a\": \"inf\", \"b\": null, \"c\": 1.0000000001}").members))
    #expect(comparison.misses == [] && comparison.compared == 3)
    comparison.compare(
      fields,
      with: try #require(try json("{\"a\": 1e308, \"b\": 0, \"c\": 1.00000001, \"d\": 1, \"c\\u0020\": []}").members))
    #expect(comparison.misses.map(\.path) == ["a", "b", "c", "d", "c "])
    #expect(comparison.misses[3].description == "d: computed nothing, expected 1")
  }

  @Test func casesThatCannotBeComputedSayWhy() throws {
    let inputs = [
      ("{}", "has no kind"), ("{\"kind\": \"magic\"}", "kind: magic"), ("{\"kind\": \"psr\"}", "ann: is missing"),
      ("{\"seed\": -1}", "seed: -1"), ("{\"seed\": \"18446744073709551616\"}", "seed"), ("[]", "is not an object"),
      ("{\"seed\": 7, \"n\": 0, \"mean_block\": 5}", "0 periods"),
      ("{\"seed\": 7, \"n\": 2.5, \"mean_block\": 5}", "not a whole number"),
      ("{\"seed\": 7, \"n\": 5, \"mean_block\": 0}", "mean_block"),
      ("{\"returns\": [[1, 2], [3]], \"s\": 2}", "rows"), ("{\"returns\": [[0.1, 1e999]], \"s\": 2}", "returns[0][1]"),
      ("{\"a\": [0.1, null], \"b\": [0.1, 0.2], \"mean_block\": 1, \"n_boot\": 9, \"seed\": 1}", "a[1]: null"),
      ("{\"d\": [[0.1]], \"mean_block\": 1, \"n_boot\": 9, \"seed\": 1}", "at least 3"),
      ("{\"kind\": \"series\", \"ann\": 1, \"returns\": []}", "has 0 values"),
    ]
    for (input, words) in inputs {
      let result = try results("{\"cases\": [{\"id\": \"x\", \"input\": \(input), \"expected\": {\"a\": 1}}]}")[0]
      #expect(result.refusal?.contains(words) == true, "\(input): \(result.refusal ?? "computed")")
    }
    #expect(try results("{\"cases\": [{}]}")[0].refusal == "input: is missing")
    for text in [
      "", "[]", "{}", "{\"cases\": []}", "{\"cases\": [1], \"tolerance\": {\"abs\": -1}}", "{\"cases\": [NaN]}",
    ] {
      #expect(throws: StatisticsError.self) { try CaseFile(Array(text.utf8)) }
    }
  }

  @Test func returnsThatAreNoneAreRefused() throws {
    let files = [
      ("{\"returns\": [0.1, NaN], \"periods_per_year\": 252}", "NaN is not a finite number"),
      ("{\"returns\": [0.1, -Infinity], \"periods_per_year\": 252}", "JSON"),
      ("{\"returns\": [0.1, \"inf\"], \"periods_per_year\": 252}", "returns[1]: inf"),
      ("{\"returns\": [], \"periods_per_year\": 252}", "returns: has 0 values"),
      ("{\"returns\": [0.1]}", "periods_per_year"),
      ("{\"returns\": [0.1], \"periods_per_year\": 252, \"ours\": 5}", "ours"), ("{", "JSON"),
    ]
    for (text, words) in files {
      let error = #expect(throws: StatisticsError.self) { try ReturnsFile(Array(text.utf8)) }
      #expect(error?.description.contains(words) == true, "\(text): \(String(describing: error))")
    }
    let plain = try ReturnsFile(Array("{\"returns\": [0.1], \"periods_per_year\": 252}".utf8))
    #expect(plain.comparison == nil && plain.figures.totalReturn == 0.1 + 1 - 1)
  }

  @Test func everyWrongFigureIsNamed() throws {
    let text = String(decoding: try resource("metrics/short30.json"), as: UTF8.self)
    let changed = text.replacing("\"max_drawdown_periods\": 11", with: "\"max_drawdown_periods\": 12")
      .replacing("\"kelly\": 0.2547532091845959", with: "\"kelly\": 0.2547532101845959")
    let misses = try #require(try ReturnsFile(Array(changed.utf8)).comparison).misses
    #expect(misses.map(\.path) == ["max_drawdown_periods", "kelly"])
    #expect(misses[0].description == "max_drawdown_periods: computed 11, expected 12")
  }

  @Test(arguments: 1...300) func damagedFilesAreComputedOrRefused(_ seed: UInt64) throws {
    var random = chance(seed)
    let names = ["01-prng-splitmix64", "02-psr-dsr-mintrl", "09-trade-outcomes", "10-reward-model-quality"]
    var bytes = try resource("alignment/\(names[random.below(names.count)]).json")
    for _ in 0...random.below(4) {
      bytes[random.below(bytes.count)] = Array("0123456789-+e.[]{},:\"n".utf8)[random.below(22)]
    }
    do {
      for result in try CaseFile(bytes).results() { #expect(result.fields.isEmpty == (result.refusal != nil)) }
    } catch { #expect(error is StatisticsError, "seed \(seed)") }
  }
}
