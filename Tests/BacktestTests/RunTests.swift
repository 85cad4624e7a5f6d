import Agent
import Backtest
import Bot
import Control
import Core
import Exchange
import Foundation
import Settings
import Statistics
import Testing

@Suite("Runs of backtests")
struct RunTests {
  static var places: BacktestRun.Places {
    .init(home: StateDirectory(path: FileManager.default.temporaryDirectory.path, environment: [:]))
  }

  private func request(_ policy: String, count: Int = 2500, seed: UInt64 = 9) throws -> BacktestRequest {
    var request = BacktestRequest(
      data: [.file(try BarFile.write(Market.bars(1, each: count, seed: seed), name: "TEST.csv"))],
      policy: PolicyRequest(name: policy), settings: BotSettings())
    request.isUnlimited = true
    request.notionalQuote = try Money("1000")
    return request
  }

  private func run(_ request: BacktestRequest) throws -> BacktestRun {
    try BacktestRun.make(request, places: Self.places)
  }

  @Test func twoRunsAreEqualToTheByte() throws {
    let request = try request("momentum")
    let json = try (0..<2).map { _ in
      let run = try run(request)
      var out = CanonicalJSON()
      out.object {
        BacktestJSON(run.book, tallies: run.tallies).write(into: &$0)
        $0.key("figures")
        let assessment = try? Assessment(run)
        $0.object { out in assessment.map { AssessmentJSON($0).write(into: &out) } }
      }
      return out.text
    }
    #expect(json[0] == json[1] && json[0].count > 2000)
  }

  @Test(arguments: ["sma-cross", "flat"]) func aRecordedFileGivesTheSameOnPaper(policy: String) async throws {
    var settings = BotSettings()
    settings.policy.name = policy
    (settings.policy.smaFastBars, settings.policy.smaSlowBars) = (10, 40)
    let file = try BarFile.write(Market.bars(1, each: 4000, seed: 21), name: "TEST.csv")
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-parity-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: home) }
    let plan = RunPlan(
      settings: settings, settingsJSON: Array("{}".utf8), source: .replay(files: [file]), pace: .unlimited,
      journal: .directory(home + "/journal"), home: StateDirectory(path: home, environment: [:]), settingsPath: nil,
      maximumBars: nil, build: "test")
    let paper = try await PaperRun(
      plan: plan, display: Display(), log: EventLog(path: nil, minimum: .critical),
      service: ServiceManager(environment: [:])
    ).run()

    var rule = PolicyRequest(name: policy)
    (rule.fast, rule.slow) = (10, 40)
    let run = try run(BacktestRequest(data: [.file(file)], policy: rule, settings: settings))
    #expect(run.book.bars == paper.bars && run.book.fills == paper.orders.fills)
    #expect(run.book.fills > 10 || policy == "flat")
    #expect(run.book.cashQuote == paper.cashQuote && run.book.equity.endQuote == paper.equityQuote)
    #expect(run.book.decisions.wished == paper.statistics.wished && run.book.decisions.final == paper.statistics.final)
    #expect(run.book.decisions.vetoes == paper.statistics.vetoes)
  }

  @Test func costsAndDelaysChangeTheResultAsTheyMust() throws {
    let plain = try request("sma-cross")
    let equity = try [1.0, 1.5, 2.0].map { factor in
      try run(Variation.costs(tenths: Int(factor * 10)).applied(to: plain)).book.equity.endQuote
    }
    #expect(equity[0] > equity[1] && equity[1] > equity[2])
    let fees = try [10, 20].map { try run(Variation.costs(tenths: $0).applied(to: plain)).book.feesQuote.approximate }
    #expect(abs(fees[1] / fees[0] - 2) < 0.01)
    let late = try run(Variation.delay(bars: 1).applied(to: plain))
    let early = try run(plain)
    let times = zip(early.book.trades, late.book.trades).prefix(20).map { $1.entryTime.millisecondsSince($0.entryTime) }
    #expect(times.first == 60_000, "the first entry is one bar later")
    let missed = try run(Variation.missedFills(Rate(basisPoints: 5000)).applied(to: plain))
    #expect(missed.book.missedFills > 5 && missed.book.closedTrades < early.book.closedTrades)
  }

  @Test func whatLiesBeforeTheStartIsHistory() throws {
    var request = try request("sma-cross")
    let whole = try run(request)
    request.from = Timestamp(milliseconds: 1_609_459_200_000 + 1000 * 60_000)
    let part = try run(request)
    #expect(part.book.bars == 1500 && whole.book.bars == 2500)
    let first = try #require(part.book.trades.first)
    #expect(first.entryTime >= request.from!)
    let same = whole.book.trades.filter { $0.entryTime > first.entryTime }
    #expect(Array(part.book.trades.dropFirst().prefix(10)) == Array(same.prefix(10)), "the means were warm")
  }

  @Test func chanceTradesAsOftenAsThePolicyBesideIt() throws {
    let request = try request("sma-cross", count: 20_000)
    let run = try run(request)
    let beside = Baselines.requests(request, beside: run)
    #expect(beside.map(\.policy.name) == ["buy-and-hold", "momentum", "linear", "random"])
    let chance = try self.run(try #require(beside.last))
    let ratio = Double(chance.book.closedTrades) / Double(run.book.closedTrades)
    #expect((0.8...1.25).contains(ratio), "\(chance.book.closedTrades) and \(run.book.closedTrades) trades")
  }

  @Test func theSameTrialCountsOnce() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-trials-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let counting = TrialCounting(directory: directory)
    var request = try request("sma-cross", count: 6000)
    func count() throws -> TrialCounting.Count {
      let run = try run(request)
      let returns = try Assessment(run).curve?.returns ?? []
      return try counting.count(run, request, returns: returns, at: Timestamp(milliseconds: 1))
    }
    #expect(try count().census.count == 1)
    let again = try count()
    #expect(again.census.count == 1 && again.peers.count == 1)
    request.policy.fast = 12
    let other = try count()
    #expect(other.census.count == 2 && other.peers.count == 2 && Set(other.peers.map(\.returns.count)).count == 1)
    #expect(Set(other.peers.map(\.name)).count == 2 && other.peers[0] == again.peers[0])
    // Other days are no peer.
    request.to = Timestamp(milliseconds: 1_609_459_200_000 + 4000 * 60_000)
    let part = try count()
    #expect(part.census.count == 3 && part.peers.count == 1)
  }

  /// Rows that are no bars, of any kind: each is refused and counted, or the file is refused with its name and a reason.
  @Test(arguments: 0..<4) func damagedBarsEndInErrorsOrCounts(seed: Int) throws {
    var random = CounterRandom(seed: UInt64(seed), purpose: .propertyTest)
    var text = "timestamp_ms_utc,open,high,low,close,volume\n"
    var time: Int64 = 1_609_459_200_000
    let values = ["NaN", "inf", "0", "-1", "1e400", "99999999999", "", "abc", "0.000000001", "9223372036", "100.5"]
    for _ in 0..<25_000 {
      let plain = random.below(3) > 0
      time += random.below(20) == 0 ? -120_000 : 60_000
      let cells = (0..<5).map { _ in plain ? "\(100 + random.below(3))" : values[random.below(values.count)] }
      text +=
        plain
        ? "\(time),101,103,99,\(cells[3]),\(random.below(50))\n" : "\(time),\(cells.joined(separator: ","))\n"
    }
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-fuzz-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let file = directory.appendingPathComponent("TEST.csv")
    try Data(text.utf8).write(to: file)
    for policy in ["sma-cross", "momentum", "buy-and-hold", "random"] {
      var request = BacktestRequest(
        data: [.file(file.path)], policy: PolicyRequest(name: policy), settings: BotSettings())
      request.timeframe = .oneMinute
      request.isUnlimited = policy != "random"
      let run = try run(request)
      #expect(run.quality.rows == 25_000 && run.quality.rows > run.quality.bars, "seed \(seed)")
      #expect(run.book.bars + run.book.refusedBars == run.quality.bars, "seed \(seed)")
      _ = try Assessment(run)
    }
  }
}
