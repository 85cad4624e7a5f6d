import Agent
import Bot
import Control
import Core
import Digest
import Features
import Feed
import HRM

/// A finished run of one policy over the data of a request.
package struct BacktestRun: Sendable {
  /// Name of the policy, with its parameters.
  package var policy: String
  /// SHA-256 of its weights or parameters.
  package var policyHash: String
  /// Whether it is a network that was never trained.
  package var isUntrained: Bool
  package var book: BacktestBook
  /// What the rule met, by instrument index.
  package var tallies: [[(name: String, count: Int)]]
  package var instruments: InstrumentTable
  package var timeframe: Timeframe
  /// What the reader of the files met.
  package var quality: FeedQuality
  package var rowErrors: [RowError]
  /// The thread's time of reading and working off.
  package var cpuSeconds: Double
  /// What a network worked out; nil for anything that is none.
  package var network: NetworkWork?

  /// Where networks and their answers are kept.
  package struct Places: Sendable {
    /// Directory of models.
    package var home: StateDirectory
    /// Directory of answers; nil: they are not kept.
    package var cache: String?
    /// Monotonic nanoseconds, to say how fast a network was.
    package var clock: @Sendable () -> UInt64
    /// Tells of slow steps.
    package var progress: @Sendable (String) -> Void

    /// Places as given.
    package init(
      home: StateDirectory, cache: String? = nil, clock: @escaping @Sendable () -> UInt64 = { 0 },
      progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
      self.home = home
      self.cache = cache
      self.clock = clock
      self.progress = progress
    }
  }

  /// Runs a request. `look` is told of the bars so far and the moment; false ends the run early. Throws `StartError` for
  /// what a person has to put right, naming it.
  package static func make(
    _ request: BacktestRequest, places: Places, look: (Int, Timestamp) -> Bool = { _, _ in true }
  ) throws -> BacktestRun {
    let (instruments, timeframe, bars) = try request.openData()
    let loaded = try LoadedPolicy(request, instruments, timeframe, places)
    let plan: BacktestPlan
    var driver: StageDriver
    do {
      plan = try request.plan(instruments, timeframe, policies: loaded.policies)
      driver = try StageDriver(plan)
    } catch { throw StartError("\(error)", exitCode: 64) }
    let outlook = try loaded.outlook(request, plan, places)
    let begin = BacktestBenchmark.cpuSeconds()
    let rest = try drive(&driver, bars, outlook, request, look)
    let identity = plan.policies[0].policy.identity
    var run = BacktestRun(
      policy: identity.name, policyHash: identity.sha256, isUntrained: identity.isUntrained, book: driver.book,
      tallies: driver.tallies, instruments: instruments, timeframe: timeframe, quality: FeedQuality(), rowErrors: [],
      cpuSeconds: BacktestBenchmark.cpuSeconds() - begin)
    if let merged = rest as? MergedReplay { (run.quality, run.rowErrors) = (merged.quality, merged.rowErrors) }
    if let series = rest as? any BarSeries { (run.quality, run.rowErrors) = (series.quality, series.rowErrors) }
    run.network = outlook?.work
    return run
  }

  private static func drive(
    _ driver: inout StageDriver, _ bars: any BarSource, _ outlook: NetworkOutlook?, _ request: BacktestRequest,
    _ look: (Int, Timestamp) -> Bool
  ) throws -> any BarSource {
    func run(_ source: some BarSource) throws -> any BarSource {
      var source = source
      try StageRun.run(&driver, &source, outlook: outlook, until: request.to, look: look)
      return source
    }
    do { return try run(bars) } catch let error as FeedError { throw StartError("\(error)", exitCode: 65) }
  }
}

/// The policies of a run: a rule, or what the archive has.
struct LoadedPolicy {
  /// The policy first, then the fallback.
  let policies: [(name: String, policy: any Policy)]
  private let bench: PolicyBench?

  init(
    _ request: BacktestRequest, _ instruments: InstrumentTable, _ timeframe: Timeframe, _ places: BacktestRun.Places
  ) throws {
    let name = request.policy.name
    guard !PolicyRequest.rules.contains(name) else {
      bench = nil
      do { policies = try request.policy.makeWithFallback() } catch {
        throw StartError("--policy \(name): \(error)", exitCode: 64)
      }
      return
    }
    guard ["hrm", "mlp"].contains(name) else {
      throw StartError(
        "--policy \(name): unknown; known are \((PolicyRequest.rules + ["hrm", "mlp"]).joined(separator: ", "))",
        exitCode: 64)
    }
    var settings = request.settings
    settings.policy.name = name
    settings.policy.fallback = "flat"
    let bench = try PolicyBench.load(
      .init(
        settings: settings, home: places.home, instruments: instruments, timeframe: timeframe, inCharge: name,
        mayCreateModel: true, isVirtualTime: true)
    ) { places.progress($0) }
    self.bench = bench
    policies = bench.policies.filter { $0.name == name } + [("flat", FlatPolicy())]
  }

  /// The network's answers ahead of the stages; nil for anything that is no network.
  func outlook(
    _ request: BacktestRequest, _ plan: BacktestPlan, _ places: BacktestRun.Places
  ) throws -> NetworkOutlook? {
    guard let network = bench?.network?.network, let policy = policies[0].policy as? HRMPolicy else { return nil }
    let runner = try NetworkRunner(
      network, request.settings.hierarchicalReasoningModel, capacity: HRMInference.largestCapacity)
    let cache = try places.cache.map {
      try OutlookCache(directory: $0, key: try request.outlookKey(plan, policy: policy))
    }
    return NetworkOutlook(plan, policy: policy, runner: runner, cache: cache, clock: places.clock)
  }
}

extension BacktestRequest {
  /// The hash of everything that a network's answers depend on.
  fileprivate func outlookKey(_ plan: BacktestPlan, policy: HRMPolicy) throws -> String {
    let model = settings.hierarchicalReasoningModel
    let parts =
      [
        policy.identity.sha256, FeatureSchema.hash, "\(plan.timeframe)", "\(from?.milliseconds ?? 0)",
        HRMNetwork.kernelName,
        "\(model)", policy.normaliser.map { "\($0.means) \($0.deviations)" } ?? "",
      ] + plan.instruments.instruments.map { "\($0.symbol) \($0.isShortable)" } + (try data.map { try $0.digest() })
    return SHA256.hex(SHA256.digest(Array(parts.joined(separator: "\n").utf8)))
  }
}
