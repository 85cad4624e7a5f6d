/// How much of a label is its own. Labels whose spans overlap tell the same story; each counts by the mean over its span
/// of one over the number of labels that share the moment. López de Prado, "Advances in Financial Machine Learning"
/// (2018), chapter 4.
public enum LabelUniqueness {
  /// Uniqueness of each span (bounds inclusive), in (0, 1]. Time grows with n log n, whatever the spans' lengths.
  public static func of(_ spans: [ClosedRange<Int>]) -> [Double] {
    var events = spans.flatMap { [(moment: $0.lowerBound, change: 1), (moment: $0.upperBound + 1, change: -1)] }
    events.sort { $0.moment < $1.moment }
    // At each moment where the number of labels changes: the sum of one over that number up to there.
    var moments: [Int] = []
    var sums: [Double] = []
    var (concurrency, sum) = (0, 0.0)
    for event in events {
      if let last = moments.last, last < event.moment, concurrency > 0 {
        sum += Double(event.moment - last) / Double(concurrency)
      }
      concurrency += event.change
      if moments.last == event.moment { continue }
      moments.append(event.moment)
      sums.append(sum)
    }
    func place(_ moment: Int) -> Int {
      var (low, high) = (0, moments.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if moments[middle] < moment { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return spans.map { span in
      (sums[place(span.upperBound + 1)] - sums[place(span.lowerBound)])
        / (Double(span.upperBound - span.lowerBound) + 1)
    }
  }

  /// Weights of a mean of 1 in the proportions given; all 1 where they do not add up to anything.
  public static func scaled(_ weights: [Double]) -> [Double] {
    let mean = weights.reduce(0, +) / Double(max(1, weights.count))
    return mean > 0 && mean.isFinite ? weights.map { $0 / mean } : weights.map { _ in 1 }
  }
}
