import Core
import Statistics

/// Whether thinking deeper pays, and whether it pays where the market is complex: the evidence check that a minimum depth
/// which grows with complexity has to pass. Source: `training.md` § 7 of the design.
package struct DepthEvidence: Codable, Equatable, Sendable {
  /// Decisions of one fifth.
  package struct Quintile: Codable, Equatable, Sendable {
    /// From 1, and what its values go up to; nil for the last.
    package var quintile: Int
    package var upTo: Double?
    package var decisions: Int
    /// Mean depth at which the network stops by itself; nil without decisions.
    package var meanDepth: Double?
    /// Mean net payoff of a decision at depths 1...M, in basis points.
    package var payoffBp: [Double]
    /// What depth M earns more than depth 1.
    package var gain: PairedGain
  }

  /// Depths 1...M.
  package var segments: Int
  package var decisions: Int
  /// Over all decisions: mean payoff at depths 1...M and where the network stops by itself, how deep that is, how many of
  /// the decisions stopped after 1...M segments, and what depth M earns more than depth 1.
  package var payoffBp: [Double]
  package var ownPayoffBp: Double
  package var meanDepth: Double
  package var depths: [Int]
  package var gain: PairedGain
  /// By the complexity C of the market at the decision; its fifths are taken over all series.
  package var complexity: [Quintile]
  /// By σ at the decision; its fifths are taken within each series. `upTo` is nil: every series has its own.
  package var volatility: [Quintile]
  /// Fifths of C in which depth M earns more than depth 1, at 5 % over all five together.
  package var gaining: [Int]
  /// The same in a sentence, and how depth goes with complexity and volatility in another.
  package var finding: String
  package var depthFinding: String

  /// Chance at which a fifth counts as gaining: 5 % shared among five (Bonferroni).
  package static let level = 0.05 / Double(Quintiles.count)

  /// The evidence in what decisions earned. Throws `StatisticsError` for more periods than are resampled.
  package init(_ outcomes: DepthOutcomes, seed: UInt64) throws {
    let count = outcomes.period.count
    let parts = Quintiles(of: outcomes.complexity)
    let places = outcomes.complexity.map { parts?.place($0) ?? 0 }
    let fifths = Quintiles.count
    // One bootstrap for all: the fifths of C, those of σ, and everything.
    var periods = PairedPeriods(groups: 2 * fifths + 1, periods: outcomes.periods)
    let (shallow, deep) = (outcomes.rewards[0], outcomes.rewards[outcomes.segments - 1])
    for index in 0..<count {
      let difference = deep[index] - shallow[index]
      for group in [places[index], fifths + outcomes.deviationQuintile[index], 2 * fifths] {
        periods.add(difference, group: group, period: outcomes.period[index])
      }
    }
    let gains = try periods.gains(seed: seed)
    let mean = { (values: [Double]) in 1e4 * (ExactSum.mean(of: values) ?? 0) }
    func rows(_ places: [Int], first: Int, edges: [Double]?) -> [Quintile] {
      (0..<fifths).map { fifth in
        let own = places.indices.filter { places[$0] == fifth }
        let depth = Double(own.reduce(0) { $0 + outcomes.ownDepth[$1] }) / Double(max(1, own.count))
        return Quintile(
          quintile: fifth + 1, upTo: fifth < fifths - 1 ? edges?[fifth] : nil, decisions: own.count,
          meanDepth: own.isEmpty ? nil : depth,
          payoffBp: (0..<outcomes.segments).map { depth in mean(own.map { outcomes.rewards[depth][$0] }) },
          gain: gains[first + fifth])
      }
    }
    segments = outcomes.segments
    decisions = count
    payoffBp = outcomes.rewards.prefix(outcomes.segments).map(mean)
    ownPayoffBp = mean(outcomes.rewards[outcomes.segments])
    meanDepth = Double(outcomes.ownDepth.reduce(0, +)) / Double(max(1, count))
    depths = (1...outcomes.segments).map { depth in outcomes.ownDepth.count { $0 == depth } }
    gain = gains[2 * fifths]
    complexity = rows(places, first: 0, edges: parts?.edges)
    volatility = rows(outcomes.deviationQuintile, first: fifths, edges: nil)
    gaining = complexity.filter { ($0.gain.p ?? 1) < Self.level && $0.gain.gainBp > 0 }.map(\.quintile)
    (finding, depthFinding) = ("", "")
    (finding, depthFinding) = (verdict, depthSentence)
  }

  private var verdict: String {
    guard decisions > 0 else { return "No decision could be looked at." }
    guard segments > 1 else { return "The network thinks one segment at most: there is no depth to choose." }
    guard payoffBp.contains(where: { $0 != 0 }) else {
      return
        "It earns nothing and loses nothing at any depth, as it takes no position: there is nothing that depth could add, "
        + "and the minimum depth should stay at its floor."
    }
    let all =
      " Over all decisions depth \(segments) earns \(DiagnosisWords.difference(gain.gainBp)) a decision than depth 1 "
      + "(95 %: \(DiagnosisWords.interval(gain)))."
    guard !gaining.isEmpty else {
      return "No quintile of complexity gains from depth: the minimum depth should stay at its floor." + all
    }
    let names = gaining.map(String.init).joined(separator: ", ")
    let isRising = gaining.allSatisfy { $0 > (Quintiles.count + 1) / 2 }
    return
      "Depth \(segments) earns more than depth 1 in the \(gaining.count == 1 ? "quintile" : "quintiles") \(names) of "
      + "complexity: "
      + (isRising
        ? "a minimum depth that grows with complexity is worth a trial."
        : "depth pays, but not where the market is complex: raise the floor rather than let it grow with complexity.")
      + all
  }

  private var depthSentence: String {
    guard decisions > 0 else { return "No decision could be looked at." }
    guard segments > 1 else { return "Every decision takes one segment." }
    let own =
      "Left to itself the network stops after \(DiagnosisWords.number(meanDepth, 2)) of \(segments) segments on average and "
      + "earns \(DiagnosisWords.points(ownPayoffBp)) a decision, at full depth "
      + "\(DiagnosisWords.points(payoffBp.last)). "
    func change(_ rows: [Quintile]) -> Double? {
      rows.first?.meanDepth.flatMap { low in rows.last?.meanDepth.map { $0 - low } }
    }
    let parts = [("complex", change(complexity)), ("volatile", change(volatility))].map { name, change -> String in
      guard let change else { return "how that goes with \(name) markets cannot be told" }
      if abs(change) < 0.02 * Double(segments) { return "in \(name) markets it thinks as long as in others" }
      return "in the most \(name) fifth it thinks \(DiagnosisWords.number(abs(change), 2)) segments "
        + "\(change > 0 ? "longer" : "shorter") than in the least"
    }
    return own + parts[0].prefix(1).uppercased() + parts[0].dropFirst() + "; " + parts[1] + "."
  }
}
