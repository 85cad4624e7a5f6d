import Agent
import Backtest
import Bot
import Core
import Features
import Feed
import HRM
import Risk
import Settings

/// All policies over one file, side by side: each bar is read once and goes to every policy's own bot.
struct InstrumentTrial {
  let file: SurveyedFile
  let directory: String
  let span: Range<Timestamp>
  let settings: EvaluationSettings
  let bot: BotSettings
  let models: [EvaluatedModel]
  /// One runner for each model, of this thread alone.
  let runners: [NetworkRunner]
  let archive: MLPPolicy?

  /// One policy's bots: one for each cost factor, in their order.
  private struct Lane {
    var contender: Contender
    var drivers: [StageDriver]
    var outlook: NetworkOutlook?
  }

  /// Accounts by contender and cost factor. `tell` gets the bars done. Throws `StartError`.
  func run(_ contenders: [Contender], tell: (Int) -> Void) throws -> [[DailyAccount]] {
    let fixed = contenders.filter { if case .chance = $0.kind { false } else { true } }
    let first = try accounts(fixed, like: nil, tell: tell)
    let pattern =
      zip(fixed, first).first { entry in
        if case .model = entry.0.kind { true } else { false }
      } ?? zip(fixed, first).first { $0.0.kind == .rule("sma-cross") }
    let chances = contenders.filter { if case .chance = $0.kind { true } else { false } }
    let second = chances.isEmpty ? [] : try accounts(chances, like: pattern?.1.first, tell: { _ in })
    var (given, drawn) = (first.makeIterator(), second.makeIterator())
    return contenders.map { contender in
      if case .chance = contender.kind { drawn.next() ?? [] } else { given.next() ?? [] }
    }
  }

  private func accounts(
    _ contenders: [Contender], like pattern: DailyAccount?, tell: (Int) -> Void
  ) throws -> [[DailyAccount]] {
    let request = request(tenths: 10)
    let (_, timeframe, source) = try request.openData()
    var lanes = try contenders.map { try lane($0, timeframe, like: pattern) }
    do { try drive(&lanes, source, tell) } catch let error as FeedError { throw StartError("\(error)", exitCode: 65) }
    return lanes.map { lane in lane.drivers.map { DailyAccount($0.book, isAlwaysOpen: file.isAlwaysOpen) } }
  }

  private func drive(_ lanes: inout [Lane], _ source: any BarSource, _ tell: (Int) -> Void) throws {
    var source = source
    var stretch: [Bar] = []
    var hasMore = true
    while hasMore {
      hasMore = try StageRun.fill(&stretch, &source, until: span.upperBound)
      for lane in lanes.indices {
        try lanes[lane].outlook?.prepare(stretch)
        for driver in lanes[lane].drivers.indices {
          lanes[lane].drivers[driver].receive(stretch[...])
        }
      }
      tell(stretch.count)
    }
    for lane in lanes.indices {
      for driver in lanes[lane].drivers.indices { lanes[lane].drivers[driver].finish() }
    }
  }

  // MARK: - Assembly

  private func request(tenths: Int) -> BacktestRequest {
    var request = BacktestRequest(
      data: [.known("\(directory)/\(file.record.path)", file.instrument)], policy: PolicyRequest(name: "flat"),
      settings: bot)
    (request.timeframe, request.from, request.to) = (file.timeframe, span.lowerBound, span.upperBound)
    request.cashQuote = settings.cashQuote
    (request.fee, request.slippage) = (file.market.fee, file.market.slippage)
    request.notionalQuote = settings.notionalQuote
    request.isUnlimited = !settings.hasLimits
    request.costTenths = tenths
    return request
  }

  private func lane(_ contender: Contender, _ timeframe: Timeframe, like pattern: DailyAccount?) throws -> Lane {
    var lane = Lane(contender: contender, drivers: [], outlook: nil)
    for tenths in settings.costTenths {
      var request = request(tenths: tenths)
      let (instruments, _, _) = try request.openData()
      do {
        let policy = try policy(contender, instruments, timeframe, like: pattern, &request.policy)
        // With limits a roll-back may put nothing in charge.
        let policies = [(name: "judged", policy: policy)] + [(name: "flat", policy: FlatPolicy() as any Policy)]
        var plan = try request.plan(instruments, timeframe, policies: policies)
        if !settings.hasLimits {
          plan.limits.priceCollar = .zero
          if settings.notionalQuote == nil { plan.limits.maxPositionShare = settings.positionShare }
          if case .chance = contender.kind { shrink(&plan.limits, like: pattern) }
        }
        var driver = try StageDriver(plan)
        if case .model(let place, _) = contender.kind, let network = policy as? HRMPolicy {
          // What the network says depends on no cost: one outlook serves all bots.
          let outlook = lane.outlook ?? NetworkOutlook(plan, policy: network, runner: runners[place], cache: nil)
          lane.outlook = outlook
          driver.think = { outlook.answer($0) }
        }
        lane.drivers.append(driver)
      } catch let error as PolicyError {
        throw StartError("\(contender.name) on \(file.record.path): \(error)", exitCode: 78)
      }
    }
    return lane
  }

  /// The policy, and in `request` what it must be shown.
  private func policy(
    _ contender: Contender, _ instruments: InstrumentTable, _ timeframe: Timeframe, like pattern: DailyAccount?,
    _ request: inout PolicyRequest
  ) throws -> any Policy {
    switch contender.kind {
    case .model(let place, let restraint):
      request = PolicyRequest(name: "hrm")
      return try models[place].policy(
        instruments, timeframe, bot.hierarchicalReasoningModel, of: file.record, featureSchemaHash: FeatureSchema.hash,
        restraint)
    case .archive:
      // It makes its features of the bars alone.
      request = PolicyRequest(name: "flat")
      guard let archive else { throw PolicyError.unavailable("the protocol names no mlp_directory") }
      return archive
    case .chance(let seed):
      request = chance(seed, like: pattern)
      return try request.make()
    case .rule(let name):
      request = PolicyRequest(name: name)
      (request.fast, request.slow) = (50, 200)
      request.lookback = timeframe >= .oneDay ? 90 : 168
      request.threshold = 2 * (file.market.fee.approximate + file.market.slippage.approximate)
      if name == "linear", learnsBefore { request.learnsUntil = span.lowerBound }
      return try request.make()
    }
  }

  /// Whether enough bars lie before the span for the linear policy to have learnt by then.
  private var learnsBefore: Bool {
    file.first < span.lowerBound && file.bars(in: file.first..<span.lowerBound) >= settings.linearHistoryBars
  }

  /// Entries of chance are as large as those of an account were on average: a network may open with a part of what it may.
  private func shrink(_ limits: inout RiskLimits, like pattern: DailyAccount?) {
    guard let pattern, pattern.entries > 0 else { return }
    let each = pattern.turnover / Double(pattern.entries + pattern.closedTrades)
    guard let share = Rate(truncating: each), share.isPositive else { return }
    limits.maxPositionShare = min(settings.notionalQuote == nil ? settings.positionShare : .one, share)
  }

  /// Chance that opens and closes as often as an account did, with draws of its own for each instrument.
  private func chance(_ seed: UInt64, like pattern: DailyAccount?) -> PolicyRequest {
    var request = PolicyRequest(name: "random")
    let name = file.record.path.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    request.seed = CounterRandom.mix(seed ^ name)
    guard let pattern, pattern.entries > 0 else {
      (request.openProbability, request.closeProbability) = (0, 1)
      return request
    }
    request.openProbability = min(1, Double(pattern.entries) / Double(max(1, pattern.bars - pattern.heldBars)))
    request.closeProbability =
      pattern.heldBars > 0 ? min(1, Double(pattern.closedTrades) / Double(pattern.heldBars)) : 1
    return request
  }
}
