/// What parts of a network contribute: how its actions and its payoff change without them.
package struct Attribution: Codable, Equatable, Sendable {
  /// One part that was taken away.
  package enum Part: String, Codable, CaseIterable, Sendable {
    /// z_H is set back to z_h0 before every segment: H starts each segment anew, what it found is lost.
    case slowMemory = "h_frozen"
    /// z_L is set back to z_l0 before every segment.
    case fastMemory = "l_frozen"
    /// Row 0 of the instrument table, unknown, in place of the instrument's own.
    case instrument = "instrument_unknown"
    /// Row 0 of the timeframe table in place of the timeframe's own.
    case timeframe = "timeframe_unknown"
    /// One cycle of a segment in place of N.
    case cycles = "one_cycle"
    /// One step of L in a cycle in place of T.
    case steps = "one_step"

    /// What is done, in words.
    package var summary: String {
      switch self {
      case .slowMemory: "H frozen: set back to its start before every segment"
      case .fastMemory: "L frozen: set back to its start before every segment"
      case .instrument: "instrument unknown"
      case .timeframe: "timeframe unknown"
      case .cycles: "one cycle of a segment in place of all"
      case .steps: "one step of L in place of all"
      }
    }
  }

  /// What became of it.
  package struct Row: Codable, Equatable, Sendable {
    package var part: Part
    package var summary: String
    /// Why it could not be taken away; nil where it was.
    package var missing: String?
    /// Share of the rows (decision and position) with another action at full depth.
    package var changedActions: Double?
    /// Mean distance of the actions' probabilities from those of the whole network, from 0 to 1.
    package var policyShift: Double?
    /// Mean net payoff of a decision without the part, in basis points, and how that differs from the whole network's.
    package var payoffBp: Double?
    package var gain: PairedGain?
  }

  /// Mean net payoff of a decision of the whole network in basis points, at full depth.
  package var payoffBp: Double
  package var rows: [Row]
  /// The same in a sentence.
  package var finding: String

  /// What became of all parts.
  package init(payoffBp: Double, rows: [Row]) {
    self.payoffBp = payoffBp
    self.rows = rows
    finding = Self.finding(rows)
  }

  private static func finding(_ rows: [Row]) -> String {
    let tried = rows.filter { $0.missing == nil }
    guard !tried.isEmpty else { return "There was no part to take away." }
    let level = 0.05 / Double(tried.count)
    let worse = tried.filter { ($0.gain?.gainBp ?? 0) < 0 && 1 - ($0.gain?.p ?? 0.5) < level }
    let better = tried.filter { ($0.gain?.gainBp ?? 0) > 0 && ($0.gain?.p ?? 1) < level }
    let names = { (rows: [Row]) in
      rows.map { "\($0.summary) (\(DiagnosisWords.points($0.gain?.gainBp)))" }.joined(separator: "; ")
    }
    var text = ""
    if !worse.isEmpty { text += "It earns less with: \(names(worse)). " }
    if !better.isEmpty { text += "It earns more with: \(names(better)). " }
    if worse.isEmpty && better.isEmpty { text = "No part that was taken away changes the payoff by more than chance. " }
    let idle = tried.filter { ($0.changedActions ?? 0) == 0 }
    if idle.count == tried.count {
      text = "No action depends on any of the parts. "
    } else if !idle.isEmpty {
      text += "No action depends on: \(idle.map(\.summary).joined(separator: "; ")). "
    }
    if let most = tried.max(by: { ($0.policyShift ?? 0) < ($1.policyShift ?? 0) }) {
      text +=
        "The probabilities of the actions change most (by \(DiagnosisWords.percent(most.policyShift))) with: "
        + "\(most.summary). "
    }
    return String(text.dropLast())
  }
}
