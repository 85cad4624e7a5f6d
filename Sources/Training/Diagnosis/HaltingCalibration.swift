import HRM

/// Whether the halting head means what it says: σ(q_halt) after a segment is taught to be the probability that the action
/// is already that of the last segment.
package struct HaltingCalibration: Codable, Equatable, Sendable {
  /// Predictions of one width, or of one segment.
  package struct Row: Codable, Equatable, Sendable {
    /// Ends of the predictions of a bin; for a segment 0 and 1.
    package var low: Double
    package var high: Double
    package var count: Int
    /// Mean prediction and the share that came true; nil of none.
    package var predicted: Double?
    package var agreed: Double?
  }

  /// Bins of equal width over 0...1.
  package var bins: [Row]
  /// The segments before the last, from the first on.
  package var segments: [Row]
  /// Predictions.
  package var count: Int
  /// Mean distance of prediction and share over the bins, weighted by their counts; nil of none.
  package var calibrationError: Double?
  /// Mean square of prediction less outcome, and 1 - that over what the overall share alone would have; nil where there is
  /// nothing to predict.
  package var brier: Double?
  package var skill: Double?
  /// The same in a sentence.
  package var finding: String

  /// Number of bins.
  package static let binCount = 10

  /// The calibration of what was counted.
  package init(_ counts: HaltingCounts) {
    bins = counts.bins.enumerated().map { index, cell in
      cell.row(Double(index) / Double(Self.binCount), Double(index + 1) / Double(Self.binCount))
    }
    segments = counts.segments.map { $0.row(0, 1) }
    let count = counts.bins.reduce(0) { $0 + $1.count }
    self.count = count
    if count > 0 {
      calibrationError =
        counts.bins.reduce(0.0) { $0 + abs($1.predicted - Double($1.agreed)) } / Double(count)
      let share = Double(counts.bins.reduce(0) { $0 + $1.agreed }) / Double(count)
      let square = counts.squares / Double(count)
      brier = square
      skill = share > 0 && share < 1 ? 1 - square / (share * (1 - share)) : nil
    }
    finding = ""
    finding = sentence
  }

  private var sentence: String {
    guard count > 0, let calibrationError else {
      return "With one segment there is nothing to halt before: the halting head is not used."
    }
    let percent = { (value: Double) in DiagnosisWords.percent(value) }
    let agreed = bins.reduce(0.0) { $0 + ($1.agreed ?? 0) * Double($1.count) } / Double(count)
    var text = "Before the last segment the action is already the last one in \(percent(agreed)) of the cases; "
    if let skill {
      text += "the halting head is off by \(percent(calibrationError)) on average and "
      text +=
        skill > 0.02
        ? "tells which ones better than that share alone (skill \(DiagnosisWords.number(skill, 2)))."
        : "does not tell which ones any better than that share alone."
    } else {
      text += "there is nothing to tell apart, and the halting head is off by \(percent(calibrationError))."
    }
    return text
  }
}

/// Predictions of the halting head with what came of them.
package struct HaltingCounts: Sendable {
  struct Cell: Sendable {
    var count = 0, agreed = 0
    var predicted = 0.0

    func row(_ low: Double, _ high: Double) -> HaltingCalibration.Row {
      HaltingCalibration.Row(
        low: low, high: high, count: count, predicted: count > 0 ? predicted / Double(count) : nil,
        agreed: count > 0 ? Double(agreed) / Double(count) : nil)
    }

    mutating func add(_ probability: Double, _ agrees: Bool) {
      count += 1
      agreed += agrees ? 1 : 0
      predicted += probability
    }
  }
  var bins = [Cell](repeating: Cell(), count: HaltingCalibration.binCount)
  var segments: [Cell]
  var squares = 0.0

  /// No prediction yet, of a network that thinks `segments` segments at most.
  package init(segments: Int) { self.segments = [Cell](repeating: Cell(), count: max(0, segments - 1)) }

  /// Adds what the head said after a segment that is not the last. A logit that is no number is left out.
  package mutating func add(logit: Float, agrees: Bool, segment: Int) {
    guard !logit.isNaN else { return }
    let probability = ScalarLoss.sigmoid(Double(logit))
    bins[min(Int(probability * Double(bins.count)), bins.count - 1)].add(probability, agrees)
    segments[segment - 1].add(probability, agrees)
    squares += (probability - (agrees ? 1 : 0)) * (probability - (agrees ? 1 : 0))
  }
}
