/// What an exercise showed.
package struct DrillResult: Sendable, Encodable {
  /// Something that took time.
  package struct Timing: Sendable, Encodable {
    /// From what to what.
    package var what: String
    package var millis: Double
    /// Longest that is taken; nil: it is only told.
    package var limitMillis: Double?
  }

  /// Short name, for example `stop`.
  package var name: String
  /// What was done, in words.
  package var exercise: String
  package var passed: Bool
  package var timings: [Timing] = []
  /// What was seen, or why it failed.
  package var findings: [String] = []

  /// An exercise that has not begun.
  init(_ name: String, _ exercise: String) {
    (self.name, self.exercise, passed) = (name, exercise, true)
  }

  /// Notes that something held; what did not fails the exercise.
  mutating func expect(_ holds: Bool, _ text: String) {
    findings.append(holds ? text : "NOT SO: \(text)")
    passed = passed && holds
  }

  /// Notes how long something took.
  mutating func took(_ millis: Double, limit: Double? = nil, _ what: String) {
    timings.append(Timing(what: what, millis: millis, limitMillis: limit))
    if let limit, millis > limit { passed = false }
  }
}

/// Something that an exercise waited for and that never came.
struct DrillFailure: Error, CustomStringConvertible {
  let description: String
}
