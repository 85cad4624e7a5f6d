import Backtest
import Core
import Foundation
import Settings
import Statistics
import Testing

@Suite("Whether the best of several runs was picked by luck")
struct SelectionTestsTests {
  /// Runs by chance, the first of them with a gain on every day besides.
  static func chance(_ count: Int, days: Int, seed: UInt64 = 5, gain: Double = 0) -> [SelectionLuck.Run] {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    return (0..<count).map { run in
      SelectionLuck.Run("run \(run)", (0..<days).map { _ in 0.01 * random.normal() + (run == 0 ? gain : 0) })
    }
  }

  private func value<Value>(_ result: Result<Value, NotComputed>) -> Value? { try? result.get() }
  private func reason<Value>(_ result: Result<Value, NotComputed>) -> String? {
    if case .failure(let reason) = result { reason.description } else { nil }
  }

  @Test func skillIsToldFromChance() throws {
    let skilled = SelectionLuck(.baselines, Self.chance(6, days: 400, gain: 0.004), hold: "run 5")
    #expect(try #require(value(skilled.overfitting)) < 0.01)
    #expect(try #require(value(skilled.overNothing)).superior < 0.01)
    #expect(try #require(skilled.overHold.flatMap(value)).superior < 0.01)
    var overfitting = 0.0, superior = 0.0
    for seed in UInt64(1)...20 {
      let luck = SelectionLuck(.trials, Self.chance(6, days: 200, seed: seed))
      overfitting += try #require(value(luck.overfitting)) / 20
      superior += try #require(value(luck.overNothing)).superior / 20
      #expect(luck.overHold == nil)
    }
    #expect((0.3...0.7).contains(overfitting) && (0.3...0.8).contains(superior), "\(overfitting) \(superior)")
  }

  @Test func figuresAreThoseOfTheTestsThemselves() throws {
    let runs = Self.chance(4, days: 165)
    let luck = SelectionLuck(.baselines, runs, hold: "run 1", seed: 3)
    let rows = (0..<165).map { day in runs.map { $0.returns[day] } }
    #expect(value(luck.overfitting) == (try OverfittingProbability(rows: rows, blocks: 16).probability))
    let nothing = try SuperiorAbility(
      differentials: rows, meanBlock: 5, draws: 1000,
      random: CounterRandom(seed: 3, purpose: .returnIntervals, step: 1))
    let ability = try luck.overNothing.get()
    #expect(ability.superior == nothing.p.consistent && ability.reality == nothing.realityP)
    let over = rows.map { row in [0, 2, 3].map { row[$0] - row[1] } }
    let hold = try SuperiorAbility(
      differentials: over, meanBlock: 5, draws: 1000,
      random: CounterRandom(seed: 3, purpose: .returnIntervals, step: 1))
    let overHold = try #require(luck.overHold).get()
    #expect(overHold.superior == hold.p.consistent && overHold.reality == hold.realityP)
  }

  @Test func tooLittleIsSaid() {
    let still = SelectionLuck.Run("still", [Double](repeating: 0, count: 90))
    let cases: [(SelectionLuck, String)] = [
      (SelectionLuck(.trials, Self.chance(1, days: 90)), "this run is the only one"),
      (SelectionLuck(.candidates, Self.chance(1, days: 90)), "only one run"),
      (SelectionLuck(.baselines, Self.chance(5, days: 39), hold: "run 2"), "39 days with returns, at least 40"),
      (SelectionLuck(.baselines, [still] + Self.chance(1, days: 90)), "fewer than two of the runs traded"),
      (SelectionLuck(.variations, Self.chance(3, days: 90)), "nothing is chosen among them"),
      (SelectionLuck(.baselines, []), "only one run"),
    ]
    for (luck, words) in cases {
      #expect(reason(luck.overfitting)?.contains(words) == true && reason(luck.overNothing)?.contains(words) == true)
      #expect(luck.overHold.map { reason($0)?.contains(words) == true } ?? true)
      let sentences = SelectionWords(luck).sentences
      #expect(sentences.count == 1 && sentences[0].contains("nothing was computed, because"), "\(sentences)")
      #expect(sentences[0].contains(words))
    }
  }

  @Test func theJSONNamesWhatIsMissing() throws {
    var out = CanonicalJSON()
    SelectionJSON.write(
      [
        SelectionLuck(.trials, Self.chance(1, days: 90)),
        SelectionLuck(.baselines, Self.chance(3, days: 90), hold: "run 0"),
      ], into: &out)
    let root = try #require(try JSONSerialization.jsonObject(with: Data(out.bytes)) as? [String: [String: Any]])
    let (trials, baselines) = (try #require(root["trials"]), try #require(root["baselines"]))
    #expect(trials["pbo"] is NSNull && (trials["not_computed"] as? [String: String])?.count == 2)
    #expect(baselines["pbo"] is Double && (baselines["not_computed"] as? [String: String])?.isEmpty == true)
    #expect((baselines["superior_to_buy_and_hold"] as? [String: Double])?.keys.sorted() == ["p", "reality_check_p"])
    #expect(baselines["runs"] as? [String] == ["run 0", "run 1", "run 2"] && baselines["days"] as? Int == 90)
  }
}
