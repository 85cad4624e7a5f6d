import Core
import Glibc

/// What a network said of some bars of a series after every segment, from all three positions.
package struct ThinkingRecord: Sendable {
  /// Bars of the series that were thought about.
  package let bars: Range<Int>
  /// Segments M.
  package let segments: Int
  /// Surest legal actions as raw values, and logits of halting and of going on: [segments, bars, 3].
  private var actions: [UInt8]
  private var halts: [Float]
  private var goesOn: [Float]
  /// Probabilities of the actions: [segments, bars, 3, actions].
  private var probabilities: [Float]

  /// A record in which every action is HOLD.
  package init(bars: Range<Int>, segments: Int) {
    self.bars = bars
    self.segments = segments
    let count = segments * bars.count * TradingStep.positions
    actions = [UInt8](repeating: Action.hold.rawValue, count: count)
    halts = [Float](repeating: 0, count: count)
    goesOn = halts
    probabilities = [Float](repeating: 0, count: count * Action.count)
  }

  private func index(_ segment: Int, _ bar: Int, _ position: PositionSide) -> Int {
    ((segment - 1) * bars.count + bar - bars.lowerBound) * TradingStep.positions + position.place
  }

  /// Notes what was said after a segment, counted from 1. `policy` are the logits of all actions; those that are not legal
  /// get no share.
  package mutating func note(
    _ action: Action, policy: ArraySlice<Float>, mask: LegalMask, halt: Float, goOn: Float, segment: Int, bar: Int,
    _ position: PositionSide
  ) {
    let index = index(segment, bar, position)
    (actions[index], halts[index], goesOn[index]) = (action.rawValue, halt, goOn)
    let largest = policy[policy.startIndex + Int(action.rawValue)]
    var sum: Float = 0
    for action in Action.allCases where mask.contains(action) {
      let share = exp(policy[policy.startIndex + Int(action.rawValue)] - largest)
      probabilities[index * Action.count + Int(action.rawValue)] = share
      sum += share
    }
    for place in 0..<Action.count { probabilities[index * Action.count + place] /= sum }
  }

  /// How far apart the probabilities of the actions are after a segment here and after a segment of another record of the
  /// same bars: half the sum of the differences, from 0 (the same) to 1 (nothing in common).
  package func distance(
    after segment: Int, from other: ThinkingRecord, after otherSegment: Int, bar: Int, _ position: PositionSide
  ) -> Double {
    let first = index(segment, bar, position) * Action.count
    let second = other.index(otherSegment, bar, position) * Action.count
    return (0..<Action.count).reduce(0.0) {
      $0 + 0.5 * abs(Double(probabilities[first + $1]) - Double(other.probabilities[second + $1]))
    }
  }

  /// The surest legal action after a segment, counted from 1.
  package func action(after segment: Int, bar: Int, _ position: PositionSide) -> Action {
    Action(rawValue: actions[index(segment, bar, position)]) ?? .hold
  }

  /// Logit of "stop here" after a segment.
  package func halt(after segment: Int, bar: Int, _ position: PositionSide) -> Float {
    halts[index(segment, bar, position)]
  }

  /// The depth at which the network itself stops: the first segment after which q_halt > q_continue, else all.
  package func ownDepth(bar: Int, _ position: PositionSide) -> Int {
    (1..<max(segments, 1)).first {
      let index = index($0, bar, position)
      return halts[index] > goesOn[index]
    } ?? segments
  }
}
