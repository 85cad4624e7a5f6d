import Core

/// Decisions by what was wished, and what the veto left of them.
package struct DecisionCounts: Sendable, Equatable {
  /// By the raw value of the wished action.
  package private(set) var wished = [Int](repeating: 0, count: Action.count)
  /// By the raw value of what was left.
  package private(set) var final = [Int](repeating: 0, count: Action.count)
  /// Vetoed decisions by the check that is named as the reason.
  package private(set) var vetoes: [RiskCheck: Int] = [:]
  /// Decisions too small to be an order.
  package private(set) var belowMinimum = 0

  mutating func countHold() {
    wished[Int(Action.hold.rawValue)] += 1
    final[Int(Action.hold.rawValue)] += 1
  }

  mutating func count(_ decision: Decision, _ verdict: Verdict) {
    wished[Int(decision.action.rawValue)] += 1
    final[Int(verdict.finalAction.rawValue)] += 1
    switch verdict.skipReason {
    case .veto(let check): vetoes[check, default: 0] += 1
    case .belowMinimumQuantity: belowMinimum += 1
    case .policyHold, nil: break
    }
  }

  /// All decisions.
  package var total: Int { wished.reduce(0, +) }
  /// Vetoes with their counts, in the order of the checks.
  package var vetoCounts: [(name: String, count: Int)] {
    RiskCheck.allCases.compactMap { check in vetoes[check].map { (check.rawValue, $0) } }
  }
}

/// How deep a network thought and how complex the market was, averaged by day of UTC.
package struct DepthCurve: Sendable {
  /// One day.
  package struct Day: Sendable {
    /// Days since 1970.
    package var day: Int64
    package var decisions = 0
    package var segments = 0
    package var complexitySum = 0.0
    package var complexities = 0
  }
  /// Days with decisions of a network, oldest first.
  package private(set) var days: [Day] = []
  /// Index k counts decisions of k segments.
  package private(set) var histogram: [Int] = []

  mutating func add(_ time: Timestamp, _ reading: NetworkReading, _ complexity: Double?) {
    let day = time.milliseconds.dividedDown(by: Timeframe.oneDay.milliseconds)
    if days.last?.day != day { days.append(Day(day: day)) }
    let last = days.count - 1
    days[last].decisions += 1
    days[last].segments += reading.segments
    if let complexity {
      days[last].complexitySum += complexity
      days[last].complexities += 1
    }
    while histogram.count <= reading.segments { histogram.append(0) }
    histogram[reading.segments] += 1
  }
}

extension Int64 {
  /// The quotient rounded down.
  func dividedDown(by divisor: Int64) -> Int64 {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }
}
