import Core
import Statistics

/// A search among settings: every combination of some values, every seed, every fold of a walk-forward. The combination
/// is chosen on what validates; what tests is looked at once for the chosen one.
package struct Sweep: Sendable {
  /// Most runs of a search.
  package static let runLimit = 10_000

  /// One combination of values.
  package struct Choice: Hashable, Sendable {
    /// Names of settings and their values, in the order of the grid.
    package var values: [(name: String, value: String)]

    /// As `name=value` with spaces between.
    package var text: String { values.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }

    /// Equal texts are equal choices.
    package static func == (left: Choice, right: Choice) -> Bool { left.text == right.text }

    /// By the text.
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
  }

  /// What a run came to.
  package struct Outcome: Codable, Equatable, Sendable {
    /// The combination, the seed, and the fold from 0.
    package var choice: String, seed: UInt64, fold: Int
    /// Net payoff of a decision in basis points where it was chosen and where it is judged; nil without a test span.
    package var validationBp: Double, testBp: Double?
    /// Share of bars in a position while judged.
    package var exposure: Double

    /// An outcome as given.
    package init(
      choice: String, seed: UInt64, fold: Int, validationBp: Double, testBp: Double?, exposure: Double
    ) {
      self.choice = choice
      self.seed = seed
      self.fold = fold
      self.validationBp = validationBp
      self.testBp = testBp
      self.exposure = exposure
    }
  }

  /// All combinations, the last setting changing fastest.
  package let choices: [Choice]
  /// Seeds of every combination.
  package let seeds: [UInt64]

  /// A search over texts `name=value,value`. Throws a `TrainingError` for one that is none, or too many runs.
  package init(grid: [String], seeds: [UInt64], folds: Int) throws {
    var choices = [Choice(values: [])]
    for text in grid {
      let parts = text.split(separator: "=", maxSplits: 1)
      let values = parts.count == 2 ? parts[1].split(separator: ",", omittingEmptySubsequences: false) : []
      guard parts.count == 2, !values.isEmpty, values.allSatisfy({ !$0.isEmpty }) else {
        throw TrainingError("--grid \(text): write --grid name=value,value")
      }
      choices = choices.flatMap { choice in
        values.map { Choice(values: choice.values + [(String(parts[0]), String($0))]) }
      }
      guard choices.count * seeds.count * max(1, folds) <= Self.runLimit else {
        throw TrainingError("--grid: more than \(Self.runLimit) runs; try fewer values")
      }
    }
    self.choices = choices
    self.seeds = seeds
  }

  /// Settings with the values of a combination. Throws a `TrainingError` for a name or value that is not allowed.
  package func settings(_ choice: Choice, seed: UInt64, from base: MarketTrainingSettings) throws
    -> MarketTrainingSettings
  {
    var settings = base
    for (name, value) in choice.values { try settings.set(name, to: value, place: "--grid \(name)=\(value)") }
    settings.trainer.seed = seed
    return settings
  }

  /// One of the runs of a search.
  package struct Run: Equatable, Sendable {
    /// Its number among all runs, from 0.
    package var number: Int
    package var seed: UInt64, fold: Int, choice: Choice
  }

  /// All runs: every combination of a fold after the other, every fold of a seed, every seed.
  package func runs(folds: Int) -> [Run] {
    var runs: [Run] = []
    for seed in seeds {
      for fold in 0..<folds {
        for choice in choices { runs.append(Run(number: runs.count, seed: seed, fold: fold, choice: choice)) }
      }
    }
    return runs
  }

  /// The outcomes of all processes, each of which made some of the runs, in the order of the runs; the same in each.
  package func gathered(_ outcomes: [Int: Outcome], of runs: [Run], through exchange: any GradientExchange) -> [Outcome]
  {
    let width = 5
    var numbers = [Double](repeating: 0, count: runs.count * width)
    for (number, outcome) in outcomes {
      let row = [1, outcome.validationBp, outcome.testBp == nil ? 0 : 1, outcome.testBp ?? 0, outcome.exposure]
      numbers.replaceSubrange((number * width)..<((number + 1) * width), with: row)
    }
    let all = exchange.sum(numbers)
    return runs.compactMap { run in
      let row = Array(all[(run.number * width)..<((run.number + 1) * width)])
      guard row[0] == 1 else { return nil }
      return Outcome(
        choice: run.choice.text, seed: run.seed, fold: run.fold, validationBp: row[1],
        testBp: row[2] == 1 ? row[3] : nil, exposure: row[4])
    }
  }

  /// A combination as the search sees it: medians over its runs, so that no lucky seed decides.
  package struct Standing: Codable, Equatable, Sendable {
    /// The combination and how many runs it had.
    package var choice: String, runs: Int
    /// Median and spread (largest less smallest) of the validation payoffs, in basis points.
    package var medianBp: Double, spreadBp: Double
    /// Median of the test payoffs; nil without a test span.
    package var medianTestBp: Double?
  }

  /// The combinations by the median of their validation payoffs, the best first; of equal ones the earlier.
  package func standings(_ outcomes: [Outcome]) -> [Standing] {
    let all = choices.compactMap { choice -> Standing? in
      let own = outcomes.filter { $0.choice == choice.text }
      guard let lowest = own.map(\.validationBp).min(), let highest = own.map(\.validationBp).max() else { return nil }
      let tests = own.compactMap(\.testBp)
      return Standing(
        choice: choice.text, runs: own.count, medianBp: Quantile.median(of: own.map(\.validationBp)) ?? .nan,
        spreadBp: highest - lowest, medianTestBp: Quantile.median(of: tests))
    }
    return all.enumerated().sorted { ($1.element.medianBp, $0.offset) < ($0.element.medianBp, $1.offset) }.map(
      \.element)
  }
}
