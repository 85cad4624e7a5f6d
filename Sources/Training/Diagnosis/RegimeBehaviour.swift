import Core
import Statistics

/// What a policy does, and what it earns by it, in the regimes of a market.
package struct RegimeBehaviour: Codable, Equatable, Sendable {
  /// Decisions of one regime, at full depth, each from the position that was really held.
  package struct Row: Codable, Equatable, Sendable {
    /// Words of the regime, such as `high, up`.
    package var regime: String
    package var decisions: Int
    /// Actions by their names.
    package var actions: [String: Int]
    /// Shares of the decisions that led to a long and to a short position.
    package var long: Double
    package var short: Double
    /// Mean net payoff of a decision with its standard error, in basis points; nil without enough decisions.
    package var payoffBp: Double?
    package var errorBp: Double?
  }
  /// Bars that the volatility and the trend of a regime look back.
  package static let window = 168

  /// All regimes in their order, those that are not known yet if there are any, and all together.
  package var rows: [Row]
  /// The same in a sentence.
  package var finding: String

  /// The behaviour in decisions.
  package init(_ decisions: [Decision]) {
    let isUnknown = decisions.contains { $0.regime == nil }
    let groups = MarketRegime.all.map { Optional($0) } + (isUnknown ? [nil] : [])
    var rows = groups.map { group in
      Self.row(Self.name(group), decisions.filter { $0.regime == group })
    }
    rows.append(Self.row("all", decisions))
    self.rows = rows
    finding = Self.finding(rows)
  }

  /// One decision.
  package struct Decision: Sendable {
    /// What the market was like before it; nil where its past is too short.
    package var regime: MarketRegime?
    /// What was done, and the position that it led to.
    package var action: Action
    package var position: PositionSide
    /// What it earned, net.
    package var reward: Double

    /// A decision as given.
    package init(regime: MarketRegime?, action: Action, position: PositionSide, reward: Double) {
      (self.regime, self.action, self.position, self.reward) = (regime, action, position, reward)
    }
  }

  /// The decisions along a series. A regime is known at its decision: the last price that it looks at is the open of the
  /// bar before the one that has just closed.
  package static func decisions(
    _ series: TradingSeries, bars: Range<Int>, costs: TradingCosts, _ decide: (Int, PositionSide) -> Action
  ) throws -> [Decision] {
    // What a decision earns is known two bars later.
    let changes = series.returns.indices.map { bar in
      bar >= 2 && series.returns[bar - 2].isFinite ? series.returns[bar - 2] : 0
    }
    let labels = try MarketRegime.labels(marketReturns: changes, window: window)
    var acts: [(action: Action, position: PositionSide)] = []
    let run = GreedyRunner.walk(series, bars: bars, costs: costs) { bar, position in
      let action = decide(bar, position)
      acts.append((action, position.after(action)))
      return action
    }
    return run.bars.indices.map { index in
      Decision(
        regime: labels[run.bars[index]], action: acts[index].action, position: acts[index].position,
        reward: run.rewards[index])
    }
  }

  private static func name(_ regime: MarketRegime?) -> String {
    guard let regime else { return "not known yet" }
    let width =
      switch regime.volatility {
      case .low: "low"
      case .middle: "middle"
      case .high: "high"
      }
    return "\(width), \(regime.trend == .up ? "up" : "down")"
  }

  private static func row(_ name: String, _ decisions: [Decision]) -> Row {
    let count = Double(max(1, decisions.count))
    let moments = Moments(decisions.map(\.reward))
    return Row(
      regime: name, decisions: decisions.count,
      actions: Dictionary(
        uniqueKeysWithValues: Action.allCases.map { action in
          (action.name, decisions.count { $0.action == action })
        }),
      long: Double(decisions.count { $0.position == .long }) / count,
      short: Double(decisions.count { $0.position == .short }) / count,
      payoffBp: moments.map { $0.mean * 1e4 },
      errorBp: moments.flatMap { $0.standardDeviation.map { $0 / count.squareRoot() * 1e4 } })
  }

  private static func finding(_ rows: [Row]) -> String {
    guard let all = rows.last, all.decisions > 0 else { return "No decision could be looked at." }
    let exposure = { (row: Row) in row.long + row.short }
    guard exposure(all) > 0 else {
      return "It never took a position: its behaviour is the same in every regime, flat."
    }
    let known = rows.dropLast().filter { $0.decisions >= 100 }
    guard let most = known.max(by: { exposure($0) < exposure($1) }),
      let least = known.min(by: { exposure($0) < exposure($1) })
    else { return "Too few decisions in each regime to tell them apart." }
    var text =
      "It is in a position for \(DiagnosisWords.percent(exposure(all))) of the decisions "
      + "(\(DiagnosisWords.percent(all.long)) long), from \(DiagnosisWords.percent(exposure(least))) in the regime "
      + "\u{201C}\(least.regime)\u{201D} to \(DiagnosisWords.percent(exposure(most))) in \u{201C}\(most.regime)\u{201D}. "
    let apart = known.filter { abs($0.payoffBp ?? 0) > 2 * ($0.errorBp ?? .infinity) }
    text +=
      apart.isEmpty
      ? "In no regime is its payoff two standard errors from nothing."
      : "Its payoff is two standard errors from nothing in: "
        + apart.map { "\($0.regime) (\(DiagnosisWords.points($0.payoffBp)))" }.joined(separator: "; ") + "."
    return text
  }
}
