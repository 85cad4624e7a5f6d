import Core

// Checks of the network's own words. A rule has none.
extension RiskStage {
  func checkModel(_ decision: Decision, _ list: inout CheckList) {
    guard let reading = decision.reading else {
      list.notApplicable(.modelConfidence)
      return list.notApplicable(.deadlineMiss)
    }
    let limit = Measure(limits.minimumConfidence)
    let place = Int(decision.action.rawValue)
    if reading.probabilities.count == Action.count, reading.probabilities[place] >= 0,
      reading.probabilities[place] <= 1, let confidence = Rate(truncating: Double(reading.probabilities[place]))
    {
      list.atLeast(.modelConfidence, Measure(confidence), limit)
    } else {
      list.missing(.modelConfidence, limit: limit)
    }
    list.atLeast(.deadlineMiss, Measure(reading.segments), Measure(1))
  }
}
