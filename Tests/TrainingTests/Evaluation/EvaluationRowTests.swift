import Agent
import Backtest
import Bot
import Core
import Foundation
import Settings
import Statistics
import Testing
import Training

@Suite struct EvaluationRowTests {
  /// Equity of an account that buys nine tenths at the first close, filled at the next open, and its days' last values.
  private func held(_ rows: [EvaluationData.Row], costs factor: Double) -> [Double] {
    let fee = 0.001 * factor, slippage = 0.0002 * factor
    let quantity = 9_000 / rows[0].close
    let price = rows[1].open * (1 + slippage)
    let cash = 10_000 - quantity * price * (1 + fee)
    var days: [Double] = []
    for (place, row) in rows.enumerated() {
      let equity = place == 0 ? 10_000 : cash + quantity * row.close
      // A bar that closes at midnight ends its day.
      if place % 24 == 0 { days.append(equity) } else { days[days.count - 1] = equity }
    }
    return zip([10_000] + days, days).map { $1 / $0 - 1 }
  }

  @Test(arguments: [10, 15]) func buyAndHoldIsWhatTheHandComputes(tenths: Int) throws {
    let data = EvaluationData()
    let rows = EvaluationData.walk(24 * 20, seed: 1)
    data.add("AAA", rows: rows)
    data.writeIndex()
    let group = try #require(try data.evaluate().groups.first)
    let row = try #require(group.row("buy-and-hold", tenths: tenths))
    let expected = held(rows, costs: Double(tenths) / 10)
    #expect(row.returns.count == 20 && group.days.count == 20)
    for (found, wanted) in zip(row.returns, expected) { #expect(abs(found - wanted) < 1e-9) }
    let growth = expected.reduce(1) { $0 * (1 + $1) }
    #expect(abs(try #require(row.figures[.totalReturn]) - (growth - 1)) < 1e-9)
    #expect(abs(try #require(row.figures[.annualReturn]) - (pow(growth, 365.0 / 20) - 1)) < 1e-6)
    let mean = expected.reduce(0, +) / 20
    let deviation = (expected.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19).squareRoot()
    #expect(abs(try #require(row.figures[.sharpe]) - mean / deviation * 365.0.squareRoot()) < 1e-6)
    #expect(abs(try #require(row.figures[.beta]) - 1) < 1e-9)
    #expect(row.figures[.pHold] == nil && row.figures[.closedTrades] == 0)
  }

  @Test func aPortfolioIsTheMeanOfItsInstruments() throws {
    let data = EvaluationData()
    let (one, other) = (EvaluationData.walk(24 * 12, seed: 1), EvaluationData.walk(24 * 8, seed: 2))
    data.add("AAA", rows: one)
    data.add("BBB", rows: other)
    data.writeIndex()
    let row = try #require(try data.evaluate().groups.first?.row("buy-and-hold"))
    let (left, right) = (held(one, costs: 1), held(other, costs: 1))
    #expect(row.returns.count == 12)
    for day in 0..<12 {
      let wanted = day < 8 ? (left[day] + right[day]) / 2 : left[day]
      #expect(abs(row.returns[day] - wanted) < 1e-9, "day \(day)")
    }
  }

  @Test func flatIsNothingAndCostsCost() throws {
    let data = EvaluationData()
    data.add("AAA", rows: EvaluationData.walk(24 * 40, seed: 5))
    data.writeIndex()
    var settings = EvaluationData.settings()
    settings.costTenths = [0, 10, 15]
    let group = try #require(try data.evaluate(settings).groups.first)
    for tenths in settings.costTenths {
      let flat = try #require(group.row("flat", tenths: tenths))
      #expect(flat.returns.count == 40 && flat.returns.allSatisfy { $0 == 0 })
      #expect(flat.figures[.annualReturn] == 0 && flat.figures[.maxDrawdown] == 0 && flat.figures[.annualTurnover] == 0)
      #expect(flat.figures[.sharpe] == nil && flat.figures[.deflatedSharpe] == nil)
    }
    for name in ["buy-and-hold", "SMA 50/200", "momentum"] {
      let totals = try settings.costTenths.map { try #require(group.row(name, tenths: $0)?.figures[.totalReturn]) }
      let turnover = try #require(group.row(name)?.figures[.annualTurnover])
      #expect(turnover > 0, "\(name) did not trade: the test shows nothing")
      #expect(totals[0] > totals[1] && totals[1] > totals[2], "\(name): \(totals)")
    }
  }

  @Test func aShortSaleThatGrowsBeyondItsAccountIsClosed() throws {
    let data = EvaluationData()
    // Falls until the rule is short, then jumps in the last bar of a day.
    var rows = EvaluationData.walk(24 * 30, seed: 1)
    for place in rows.indices {
      let price = place < 24 * 17 - 1 ? 100 - Double(place) * 0.1 : 156
      rows[place].open = price
      (rows[place].close, rows[place].high, rows[place].low) = (price, price, price)
    }
    data.add("AAA", rows: rows)
    data.writeIndex()
    let row = try #require(try data.evaluate().groups.first?.row("momentum"))
    let end = try #require(row.returns.lastIndex { $0 != 0 })
    #expect(row.ruined == 1 && row.returns[end] < -0.3 && end < 20)
    #expect(row.returns.dropFirst(end + 1).allSatisfy { $0 == 0 } && row.returns.allSatisfy { $0 >= -1 && $0 < 0.5 })
  }

  @Test func aModelIsRunAsABacktestRunsIt() throws {
    let data = EvaluationData()
    data.add("AAA", rows: EvaluationData.walk(24 * 25, seed: 7))
    data.writeIndex()
    let model = try data.makeModel()
    var settings = EvaluationData.settings()
    settings.notionalQuote = Money(raw: 5_000 * Money.unit)
    let run = try EvaluationRun.make(try data.request(settings, models: [model]))
    let names = run.groups[0].contenders.map(\.name)
    #expect(names.prefix(4) == ["small", "small, depth 1", "small, full depth", "small, instrument unknown"])
    let member = run.groups[0].group.members[0]
    var bot = BotSettings()
    bot.policy.modelDirectory = model
    bot.hierarchicalReasoningModel.actMax = 2
    var request = BacktestRequest(
      data: [.known("\(data.directory)/\(member.file.record.path)", member.file.instrument)],
      policy: PolicyRequest(name: "hrm"), settings: bot)
    (request.from, request.to) = (member.span.lowerBound, member.span.upperBound)
    (request.cashQuote, request.isUnlimited) = (settings.cashQuote, true)
    request.notionalQuote = settings.notionalQuote
    (request.fee, request.slippage) = (Rate(basisPoints: 10), Rate(basisPoints: 2))
    let alone = try BacktestRun.make(request, places: .init(home: .init(path: data.directory, environment: [:])))
    let expected = try Assessment(alone).curve?.returns
    let row = EvaluationResult(run).groups[0].row("small")
    #expect(row?.returns == expected && row?.figures[.closedTrades] == Double(alone.book.closedTrades))
    #expect(row?.isUntrained == true)
    #expect(alone.book.fills > 0, "the model did not trade: the test shows nothing")
  }

  @Test func chanceTradesAboutAsOftenAsTheModel() throws {
    let data = EvaluationData()
    data.add("AAA", rows: EvaluationData.walk(24 * 200, seed: 11))
    data.writeIndex()
    var settings = EvaluationData.settings()
    settings.seeds = 4
    let group = try #require(try data.evaluate(settings).groups.first)
    let own = try #require(group.row("SMA 50/200")?.figures[.closedTrades])
    let chance = try #require(group.row("chance, mean of 4"))
    let drawn = try #require(chance.figures[.closedTrades])
    #expect(own >= 5 && abs(drawn - own) <= 3 * own.squareRoot(), "\(drawn) by chance, \(own) by the rule")
    #expect(try #require(chance.spread[.sharpe]) > 0)
  }
}
