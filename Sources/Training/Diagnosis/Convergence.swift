/// How much the recurrent states still move as a network thinks on.
package struct Convergence: Codable, Equatable, Sendable {
  /// One segment, counted from 1, over all decisions from all positions.
  package struct Segment: Codable, Equatable, Sendable {
    package var segment: Int
    /// Mean of ‖new - old‖ / ‖old‖ of the states from the segment's start to its end; nil where none was finite.
    package var slowChange: Double?
    package var fastChange: Double?
    /// Share of rows whose surest action is another one than after the segment before; nil for the first.
    package var changedActions: Double?
    /// Mean distance of the actions' probabilities from those after the segment before, from 0 to 1; nil for the first.
    package var policyShift: Double?
  }

  /// One update of a state within a segment, over a sample of decisions from flat.
  package struct Update: Codable, Equatable, Sendable {
    package var segment: Int
    /// Cycle, and step in it; both from 1. For an update of H the step is 0.
    package var cycle: Int
    package var step: Int
    package var isSlow: Bool
    /// Mean of ‖new - old‖ / ‖old‖ of this update.
    package var change: Double?
  }

  /// Rows of the network behind the segments, and decisions behind the updates.
  package var rows: Int
  package var sampled: Int
  package var segments: [Segment]
  /// In the order in which they are computed.
  package var updates: [Update]
  /// The same in a sentence.
  package var finding: String

  /// The curves as given.
  package init(rows: Int, sampled: Int, segments: [Segment], updates: [Update]) {
    (self.rows, self.sampled, self.segments, self.updates) = (rows, sampled, segments, updates)
    finding = Self.finding(segments, updates)
  }

  /// A relative change below this counts as a state that has settled.
  package static let settled = 0.01

  private static func finding(_ segments: [Segment], _ updates: [Update]) -> String {
    guard let last = segments.last, let slow = last.slowChange, let fast = last.fastChange else {
      return "No decision could be looked at."
    }
    let percent = { (value: Double) in DiagnosisWords.percent(value) }
    var text: String
    if segments.count == 1 {
      text =
        "One segment is all that is thought: it moves H by \(percent(slow)) and L by \(percent(fast)) of their size."
    } else {
      text = "The last of \(segments.count) segments still moves H by \(percent(slow)) and L by \(percent(fast)); "
      if slow < settled {
        text += "H has settled."
      } else if slow < 10 * settled {
        text += "H has nearly settled."
      } else {
        text += "H does not settle: more segments are other thoughts, not finer ones."
      }
      if let changed = last.changedActions, let shift = last.policyShift {
        text +=
          " It changes the action in \(percent(changed)) of the cases and moves \(percent(shift)) of the probability."
      }
    }
    if let inner = updates.last(where: { !$0.isSlow })?.change {
      text += " The last step of L within a cycle moves it by \(percent(inner))."
    }
    return text
  }
}
