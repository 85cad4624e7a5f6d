import Core

/// Spans of a walk-forward test: parameters are chosen on one span and judged on the next, again and again.
package struct WalkForwardPlan: Sendable, Equatable {
  /// Months of each span.
  package var trainMonths: Int
  package var validateMonths: Int
  package var testMonths: Int

  /// One turn. The policy sees the bars from `train` on; its parameters are those that did best in `validate`; `test` is
  /// judged.
  package struct Fold: Sendable, Equatable {
    package var train: Range<Timestamp>
    package var validate: Range<Timestamp>
    package var test: Range<Timestamp>
  }

  /// A plan from `train=24mo,validate=6mo,test=3mo`; years as `2y`. Nil for anything else.
  package init?(_ text: String) {
    var months: [String: Int] = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2, ["train", "validate", "test"].contains(pair[0]), months[pair[0]] == nil else { return nil }
      let unit = pair[1].hasSuffix("mo") ? 1 : pair[1].hasSuffix("y") ? 12 : 0
      let digits = pair[1].dropLast(unit == 1 ? 2 : 1)
      guard unit > 0, let count = Int(digits), (1...1200).contains(count), digits.first != "+" else { return nil }
      months[pair[0]] = count * unit
    }
    guard let train = months["train"], let validate = months["validate"], let test = months["test"] else { return nil }
    (trainMonths, validateMonths, testMonths) = (train, validate, test)
  }

  /// The folds that fit into a span of data, oldest first, cut by calendar months for all instruments at once. The last
  /// `purgeDays` before a test are no part of the validation: what was decided there would reach into the test. Behind a test
  /// nothing is learnt, so there is no embargo.
  package func folds(of span: Range<Timestamp>, purgeDays: Int) -> [Fold] {
    var folds: [Fold] = []
    var start = CalendarDay(span.lowerBound)
    if start.start < span.lowerBound { start = CalendarDay(daysSinceEpoch: start.daysSinceEpoch + 1) }
    while true {
      let validate = start.adding(months: trainMonths)
      let test = validate.adding(months: validateMonths)
      let end = test.adding(months: testMonths)
      guard end.start <= span.upperBound else { return folds }
      let lastValidated = CalendarDay(daysSinceEpoch: max(validate.daysSinceEpoch, test.daysSinceEpoch - purgeDays))
      folds.append(
        Fold(
          train: start.start..<validate.start, validate: validate.start..<lastValidated.start,
          test: test.start..<end.start))
      start = start.adding(months: testMonths)
    }
  }
}

extension CalendarDay {
  /// The same day so many months later, or the last day of that month.
  func adding(months: Int) -> CalendarDay {
    let index = year * 12 + (month - 1) + months
    var (day, result) = (self.day, CalendarDay?.none)
    while result == nil, day > 0 {
      result = CalendarDay(year: index / 12, month: index % 12 + 1, day: day)
      day -= 1
    }
    return result ?? self
  }
}
