import Backtest
import Core
import Foundation
import Settings
import Statistics
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

  // MARK: - Grids

  @Test func gridsAreAllCombinationsThatMakeARule() throws {
    var request = PolicyRequest(name: "sma-cross")
    let both = try WalkForwardGrid(["fast=10,50", "slow=50,200"]).candidates(request)
    #expect(both.map(\.name) == ["fast 10, slow 50", "fast 10, slow 200", "fast 50, slow 200"])
    #expect(both[1].arguments == ["--fast", "10", "--slow", "200"])
    // The other mean is that of the request.
    request.slow = 30
    #expect(try WalkForwardGrid(["fast=10,40"]).candidates(request).map(\.name) == ["fast 10"])
    let lookbacks = try WalkForwardGrid(["lookback=24,48"]).candidates(PolicyRequest(name: "momentum"))
    #expect(lookbacks.map(\.arguments) == [["--lookback", "24"], ["--lookback", "48"]])
  }

  @Test(arguments: [
    "fast", "fast=", "=3", "fast=1,,2", "fast=0", "fast=-1", "fast=1.5", "fast=1 2", "fast=1000001", "fast=3,3",
  ])
  func badGridsAreNamed(text: String) throws {
    do {
      let candidates = try WalkForwardGrid([text]).candidates(PolicyRequest(name: "sma-cross"))
      Issue.record("\(text) made \(candidates)")
    } catch let fault as WalkForwardGrid.Fault { #expect(fault.description.hasPrefix("--grid")) }
  }

  @Test func gridsBeyondThePolicyAreRefused() {
    func fault(_ texts: [String], _ policy: String) -> String? {
      do {
        _ = try WalkForwardGrid(texts).candidates(PolicyRequest(name: policy))
        return nil
      } catch { return "\(error)" }
    }
    #expect(fault(["lookback=24"], "sma-cross")?.contains("it has fast, slow") == true)
    #expect(fault(["fast=24"], "linear")?.contains("it has none") == true)
    #expect(fault(["fast=2,3", "fast=4"], "sma-cross")?.contains("twice") == true)
    #expect(fault(["fast=50", "slow=50"], "sma-cross")?.contains("no combination") == true)
    let many = (1...40).map { "\($0)" }.joined(separator: ",")
    #expect(fault(["fast=\(many)", "slow=\(many)"], "sma-cross")?.contains("1600 combinations") == true)
  }

  // MARK: - Results

  private func outcome(_ first: Int, _ returns: [Double], settings: String) -> WalkForward.Outcome {
    let times = returns.indices.map { CalendarDay(daysSinceEpoch: first + $0 + 1).start }
    return WalkForward.Outcome(
      times: times, returns: returns, trades: 1,
      source: times.last.map { TrialSource(settings: settings, from: times[0], to: $0) })
  }

  /// Two folds of 60 days of validation that share 30, each with two candidates.
  private func walk(periodsPerYear: Double = 365) throws -> WalkForward {
    let candidates = ["a", "b"].map { WalkForward.Candidate(name: $0, arguments: []) }
    var random = CounterRandom(seed: 8, purpose: .propertyTest)
    func returns(_ count: Int) -> [Double] { (0..<count).map { _ in 0.01 * random.normal() } }
    let span = CalendarDay(daysSinceEpoch: 18_000).start..<CalendarDay(daysSinceEpoch: 18_200).start
    let plan = try #require(WalkForwardPlan("train=1mo,validate=2mo,test=1mo"))
    let turns = plan.folds(of: span, purgeDays: 0).prefix(2).enumerated().map { number, fold -> WalkForward.Turn in
      let first = 18_000 + 30 * number
      return WalkForward.Turn(
        fold: fold,
        validations: candidates.map { outcome(first, returns(60), settings: "{\"policy\":\"\($0.name)\"}") },
        chosen: candidates[0], test: outcome(first + 60, returns(30), settings: "{\"policy\":\"test\"}"))
    }
    return WalkForward(turns, candidates: candidates, periodsPerYear: periodsPerYear, seed: 1)
  }

  @Test func candidatesAreJudgedOnTheDaysOfAllValidations() throws {
    let walk = try walk()
    #expect(walk.selection.days == 90 && walk.selection.runs == ["a", "b"] && walk.trials == 4)
    let share = try walk.selection.overfitting.get()
    let days = (0..<90).map { day -> [Double] in
      let turn = walk.turns[day < 60 ? 0 : 1]
      return turn.validations.map { $0.returns[day < 60 ? day : day - 30] }
    }
    let columns = [0, 1].map { place in days.map { $0[place] } }
    #expect(share == (try SelectionTests.overfitting(columns).get().probability))
  }

  @Test func aYearHasTheDaysOfItsMarket() throws {
    let (open, closed) = (try #require(try walk().performance), try #require(try walk(periodsPerYear: 252).performance))
    let ratio = try #require(open.sharpe) / #require(closed.sharpe)
    #expect(abs(ratio - (365.0 / 252).squareRoot()) < 1e-12)
  }

  @Test func everyRunThatChoseIsATrialAndTheWalkIsOneMore() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-walk-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let file = try BarFile.write(Market.bars(1, each: 10), name: "TEST.csv")
    let request = BacktestRequest(data: [.file(file)], policy: PolicyRequest(name: "flat"), settings: BotSettings())
    let counting = TrialCounting(directory: directory)
    let census = try counting.count(try walk(), request, plan: "plan", at: Timestamp(milliseconds: 1))
    #expect(census.count == 5)
    #expect(try counting.count(try walk(), request, plan: "plan", at: Timestamp(milliseconds: 2)).count == 5)
    #expect(try counting.count(try walk(), request, plan: "other", at: Timestamp(milliseconds: 3)).count == 6)
    let records = try TrialLedger(directory: directory).read().records
    #expect(records.map(\.kind).filter { $0 == "backtest" }.count == 4 && records[4].periods == 60)
  }
}
