/// What a segment was expected to take, and what it took.
public struct SegmentTime: Sendable, Equatable {
  /// Sequences that it advanced.
  public var sequences: Int
  /// Nanoseconds expected before it began; nil if none was ever measured.
  public var predictedNanoseconds: Double?
  /// Nanoseconds measured.
  public var nanoseconds: UInt64
}

/// Predicts how long the next segment takes from how long segments took, for each number of sequences.
///
/// The prediction is the larger of the running average and the second slowest of the last eight: one segment that the
/// system held up does not make decisions shallow for long, two of eight do.
struct SegmentEstimate {
  private static let remembered = 8
  /// Weight of a new segment in the average, which so reaches over about ten.
  private static let weight = 0.1

  private struct History {
    var average = 0.0
    var recent: [Double] = []
    var next = 0

    mutating func note(_ nanoseconds: Double) {
      average = recent.isEmpty ? nanoseconds : average + weight * (nanoseconds - average)
      if recent.count < remembered { recent.append(nanoseconds) } else { recent[next] = nanoseconds }
      next = (next + 1) % remembered
    }

    var prediction: Double? {
      guard var slowest = recent.first else { return nil }
      var second = -Double.infinity
      for value in recent.dropFirst() {
        if value > slowest { (slowest, second) = (value, slowest) } else { second = Swift.max(second, value) }
      }
      return Swift.max(average, second)
    }
  }
  private var histories: [History]

  /// An estimate for 1...capacity sequences.
  init(capacity: Int) { histories = Array(repeating: History(), count: capacity) }

  /// Takes a measured segment into account.
  mutating func note(nanoseconds: Double, sequences: Int) { histories[sequences - 1].note(nanoseconds) }

  /// Nanoseconds for the next segment of so many sequences. Where that number was never measured: as long as a larger
  /// batch, or proportionally longer than a smaller one, whichever is less; nil if nothing was measured.
  func prediction(sequences: Int) -> Double? {
    if let known = histories[sequences - 1].prediction { return known }
    var best: Double?
    for (index, history) in histories.enumerated() {
      guard let known = history.prediction else { continue }
      let value = known * Swift.max(1, Double(sequences) / Double(index + 1))
      best = Swift.min(best ?? value, value)
    }
    return best
  }
}
