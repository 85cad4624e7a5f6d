import Backtest
import Core
import Foundation
import Statistics

/// SYNTHETIC reports: nothing of them was ever traded.
struct SampleReport {
  var seed: UInt64 = 7
  var instruments = 8
  var days = 800
  var pointsEachDay = 24
  var trades = 900
  var drift = 0.0003
  var hasNetwork = false
  /// The account is used up at the end.
  var isRuined = false

  private static let start = CalendarDay(year: 2022, month: 11, day: 20)!.start

  func make() throws -> ReportData {
    var random = CounterRandom(seed: seed, purpose: .returnIntervals)
    let names = ["momentum-168", "buy-and-hold", "sma-cross-50-200", "linear", "random"]
    let lines = try names.enumerated().map { try line($1, volatility: 0.012 + 0.006 * Double($0), &random) }
    var data = ReportData(
      policy: names[0], instruments: (0..<instruments).map { "MADEUP\($0 + 1)" }, timeframe: "1h", startQuote: 100_000,
      endQuote: lines[0].equity.last ?? 100_000, lines: lines,
      costs: .init(fees: 4210.5, slippage: 1800, net: (lines[0].equity.last ?? 100_000) - 100_000))
    data.isSynthetic = true
    data.isRuined = isRuined
    (data.first, data.last) = (lines[0].times.first, lines[0].times.last)
    try figures(&data)
    data.markets = (0..<instruments).map { market($0, &random) }
    if days > 0 { data.marks = (0..<trades).map { _ in mark(data, &random) } }
    for index in data.markets.indices { data.markets[index].closedTrades = data.marks.count { $0.market == index } }
    data.trades = try TradeFigures(data.marks.map(Self.record))
    data.decisions = [.init("hold", 90_000), .init("open_long", 2000), .init("close", 900)]
    data.vetoes = trades > 0 ? [.init("volatility", 700), .init("cool_down", 250), .init("gross_exposure", 12)] : []
    if hasNetwork {
      data.depth = (0..<days).map { day in
        .init(
          at: Self.start.adding(milliseconds: Int64(day) * 86_400_000), segments: 3 + 2 * uniform(&random),
          complexity: uniform(&random))
      }
      data.depthCounts = [0, 100, 3000, 9000, 4000, 800]
    }
    data.settings = [.init("fee", "7.5 bp"), .init("slippage", "2 bp")]
    data.data = [.init("files", "8"), .init("rows refused", "0")]
    data.diary = [(Self.start, "alert: made up")]
    return data
  }

  private func uniform(_ random: inout CounterRandom) -> Double { Double(random.next() >> 11) / Double(1 << 53) }

  private func line(_ name: String, volatility: Double, _ random: inout CounterRandom) throws -> ReportData.Line {
    var line = ReportData.Line(name: name)
    var (value, peak) = (100_000.0, 100_000.0)
    let steps = days * pointsEachDay
    for step in 0..<steps {
      let noise = (uniform(&random) + uniform(&random) + uniform(&random) - 1.5) * 2
      let scale = Double(pointsEachDay)
      value *= 1 + drift / scale + noise * volatility / scale.squareRoot()
      if isRuined, step == steps - 1 { value = -50 }
      peak = max(peak, value)
      line.times.append(Self.start.adding(milliseconds: Int64(step + 1) * 86_400_000 / Int64(pointsEachDay)))
      line.equity.append(value)
      line.drawdowns.append(1 - value / peak)
    }
    line.totalReturn = value / 100_000 - 1
    line.maxDrawdown = line.drawdowns.max()
    line.closedTrades = trades
    line.fees = 4210.5
    (line.annualReturn, line.low, line.high) = (0.11, -0.08, 0.34)
    (line.sharpe, line.sortino, line.volatility) = (0.82, 1.13, 0.16)
    (line.probability, line.deflated) = (0.93, 0.71)
    return line
  }

  private func figures(_ data: inout ReportData) throws {
    let line = data.lines[0]
    guard let first = line.times.first else { return }
    let before = first.adding(milliseconds: -1)
    let curve = try EquityCurve.upToRuin(times: [before] + line.times, values: [100_000] + line.equity).curve.daily
    data.dailyReturns = curve.returns
    (data.months, data.years) = (curve.monthly, curve.yearly)
    data.rolling = try RollingSharpe.all(returns: curve.returns, window: 63, periodsPerYear: 365).compactMap { point in
      guard let sharpe = point.sharpe, let error = point.standardError else { return nil }
      return .init(at: curve.times[point.period + 1], sharpe: sharpe, error: error)
    }
    data.falls = Drawdown.deepest(5, in: curve).map { fall in
      .init(
        depth: fall.depth, peak: curve.times[fall.peak], trough: curve.times[fall.trough],
        recovery: fall.recovery.map { curve.times[$0] })
    }
    let labels = try MarketRegime.labels(marketReturns: curve.returns, window: 63)
    data.regimes = try RegimeFigures.all(returns: curve.returns, labels: labels, periodsPerYear: 365)
    data.trials = 12
    data.neededYears = 4.6
  }

  private func market(_ index: Int, _ random: inout CounterRandom) -> ReportData.Market {
    var market = ReportData.Market(symbol: "MADEUP\(index + 1)")
    var price = 0.07 * pow(9.0, Double(index % 7))
    let stretches = min(2000, days * pointsEachDay)
    for stretch in 0..<stretches {
      price *= 1 + (uniform(&random) - 0.497) * 0.04
      market.times.append(
        Self.start.adding(milliseconds: Int64(stretch) * Int64(days) * 86_400_000 / Int64(stretches)))
      market.lows.append(price * 0.99)
      market.highs.append(price * 1.01)
    }
    market.bars = days * pointsEachDay
    market.fills = 2 * trades / max(1, instruments)
    market.profit = (uniform(&random) - 0.4) * 9000
    return market
  }

  private func mark(_ data: ReportData, _ random: inout CounterRandom) -> ReportData.TradeMark {
    let market = Int(uniform(&random) * Double(instruments))
    let line = data.markets[market]
    let entry = Int(uniform(&random) * Double(line.times.count - 1))
    let exit = min(line.times.count - 1, entry + 1 + Int(uniform(&random) * 20))
    let (from, to) = ((line.lows[entry] + line.highs[entry]) / 2, (line.lows[exit] + line.highs[exit]) / 2)
    let isLong = uniform(&random) < 0.6
    let change = (isLong ? 1 : -1) * (to / from - 1)
    return .init(
      market: market, isLong: isLong, entryTime: line.times[entry], exitTime: line.times[exit], entryPrice: from,
      exitPrice: to, profit: change * 10_000 - 17, riskMultiple: change / 0.03, adverse: uniform(&random) * 0.04,
      favourable: max(0, change) + uniform(&random) * 0.03, bars: exit - entry)
  }

  private static func record(_ mark: ReportData.TradeMark) -> TradeRecord {
    TradeRecord(
      entryTime: mark.entryTime, exitTime: mark.exitTime, isLong: mark.isLong, quantity: 10_000 / mark.entryPrice,
      entryPrice: mark.entryPrice, exitPrice: mark.exitPrice, fees: 17, netProfit: mark.profit,
      adverseExcursion: mark.adverse, favourableExcursion: mark.favourable, barsHeld: mark.bars,
      riskQuote: mark.riskMultiple.map { abs(mark.profit / ($0 == 0 ? 1 : $0)) })
  }
}
