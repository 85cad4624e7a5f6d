/// Which samples may train when a block of samples is to test.
///
/// A sample i carries the span of what its label depends on. Training samples whose span meets the hull of the test block, and
/// those that begin within the embargo behind it, are left out. The hull runs from the first test sample less the look-back
/// of the features to the last moment that a test label depends on. All bounds are inclusive. López de Prado, "Advances in
/// Financial Machine Learning" (2018), chapter 7.
package struct PurgedSplit: Sendable, Equatable {
  /// Indices of the samples.
  package let train: [Int]
  package let test: [Int]

  /// Splits samples by their spans. `test`: samples that begin within the bounds are tested.
  package init(spans: [(start: Int, end: Int)], test bounds: ClosedRange<Int>, embargo: Int, lookback: Int) {
    let tested = spans.indices.filter { bounds.contains(spans[$0].start) }
    test = tested
    guard let first = tested.map({ spans[$0].start }).min(), let last = tested.map({ spans[$0].end }).max() else {
      train = Array(spans.indices)
      return
    }
    let hull = (first - lookback)...max(last, first - lookback)
    train = spans.indices.filter { index in
      let span = spans[index]
      if bounds.contains(span.start) { return false }
      let meets = span.start <= hull.upperBound && span.end >= hull.lowerBound
      let isEmbargoed = span.start > hull.upperBound && span.start <= hull.upperBound + embargo
      return !meets && !isEmbargoed
    }
  }
}
