import Core
import HRM
import Statistics

/// What the halting heads are taught. A trading decision has no bit that says "right", so stability (the action that full
/// depth would take) and regret (what the action costs in hindsight) stand for it.
public enum HaltingTargets {
  /// Stability, per segment: 1 where the action is that of the last segment.
  public static func stability(_ actions: [Action]) -> [Double] { actions.map { $0 == actions.last ? 1 : 0 } }

  /// Regret of one action: 1 - (best - its value) / cap, within 0...1.
  ///
  /// - Parameters:
  ///   - row: the five values of the state, nan for illegal actions; an illegal action has a target of 0.
  ///   - cap: the regret that counts as worst; see `cap(_:)`.
  public static func regret(_ action: Action, _ row: ArraySlice<Double>, cap: Double) -> Double {
    let best = row.reduce(-Double.infinity) { $1 > $0 ? $1 : $0 }
    let lost = best - row[row.startIndex + Int(action.rawValue)]
    guard lost > 0 else { return lost.isNaN ? 0 : 1 }
    return max(0, 1 - lost / cap)
  }

  /// The regret that counts as worst: the 90th percentile of best less worst over rows of values; nil of none.
  public static func cap(_ rows: [ArraySlice<Double>]) -> Double? {
    let spreads = rows.compactMap { row -> Double? in
      let legal = row.filter { !$0.isNaN }
      return legal.max().flatMap { best in legal.min().map { best - $0 } }
    }
    return Quantile.of(sorted: spreads.sorted(), share: 0.9)
  }

  /// Wanted q_continue of a segment: what the next one makes of it, less the price of a segment.
  ///
  /// - Parameters:
  ///   - halt: logit of q_halt of the next segment; `goesOn`: that of its q_continue, nil where it is the last.
  ///   - price: λ_c. The result can lie below 0 by as much; for a cross entropy cut it at 0.
  public static func continuing(halt: Double, goesOn: Double?, price: Double) -> Double {
    ScalarLoss.sigmoid(goesOn.map { max(halt, $0) } ?? halt) - price
  }

  /// The same of every segment but the last, from the logits of all.
  public static func continuing(halts: [Double], goesOn: [Double], price: Double) -> [Double] {
    precondition(halts.count == goesOn.count, "heads of different segments")
    return (1..<max(1, halts.count)).map { next in
      continuing(halt: halts[next], goesOn: next == halts.count - 1 ? nil : goesOn[next], price: price)
    }
  }
}
