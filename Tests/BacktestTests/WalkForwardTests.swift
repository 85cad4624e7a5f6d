import Backtest
import Core
import Foundation
import Testing

@Suite("Walk-forward tests")
struct WalkForwardTests {
  @Test(arguments: [(0, [0, 1, 2, 7]), (3, [0, 7])])
  func purgedAndEmbargoed(lookback: Int, train: [Int]) {
    let spans = [(0, 3), (2, 5), (3, 6), (8, 9), (9, 13), (11, 14), (15, 18), (19, 22)].map { (start: $0.0, end: $0.1) }
    let split = PurgedSplit(spans: spans, test: 8...11, embargo: 4, lookback: lookback)
    #expect(split.train == train && split.test == [3, 4, 5])
  }

  @Test func foldsFollowTheCalendar() throws {
    let plan = try #require(WalkForwardPlan("train=24mo,validate=6mo,test=3mo"))
    let start = try #require(CalendarDay(year: 2020, month: 1, day: 1)).start
    let end = try #require(CalendarDay(year: 2025, month: 1, day: 1)).start
    let folds = plan.folds(of: start..<end, purgeDays: 2)
    #expect(folds.count == 10)
    #expect("\(CalendarDay(folds[0].test.lowerBound))" == "2022-07-01")
    #expect("\(CalendarDay(folds[0].validate.upperBound))" == "2022-06-29")
    #expect("\(CalendarDay(folds[9].test.upperBound))" == "2025-01-01")
    for (one, next) in zip(folds, folds.dropFirst()) { #expect(one.test.upperBound == next.test.lowerBound) }
    #expect(WalkForwardPlan("train=1y,validate=6mo,test=3mo")?.trainMonths == 12)
    for wrong in ["", "train=24mo", "train=24mo,validate=6mo,test=0mo", "train=24mo,validate=6mo,test=3", "a=1mo"] {
      #expect(WalkForwardPlan(wrong) == nil)
    }
  }

  @Test func theBestOnTheValidationIsChosenAndNothingMayBeBest() {
    #expect(WalkForward.choice([0.1, 0.3, 0.3]) == 1)
    #expect(WalkForward.choice([-0.2, nil, -0.1]) == 1)
    #expect(WalkForward.choice([nil, nil]) == 0)
  }
}
