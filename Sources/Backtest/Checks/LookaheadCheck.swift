import Agent
import Bot
import Core
import Feed

/// Whether a decision knows the future: at sampled moments every later bar is replaced by nonsense, and everything decided up
/// to the moment must come out as before, to the last digit.
package struct LookaheadCheck: Sendable {
  /// A decision that changed.
  package struct Leak: Sendable, Equatable {
    /// Close of the last bar that was left alone.
    package var cut: Timestamp
    /// The decision on the true data and on those with another future; nil: missing.
    package var expected: ActorRun.SeenDecision?
    package var found: ActorRun.SeenDecision?
  }

  /// Moments that were tried.
  package private(set) var cuts: [Timestamp] = []
  /// Decisions compared.
  package private(set) var compared = 0
  /// The first leak of each moment that has one.
  package private(set) var leaks: [Leak] = []

  /// Bars after a cut that are still run, so that a policy that reads ahead meets them.
  private static let barsBeyond = 64

  /// One run of a request over some bars, with nothing carried over from another.
  private struct Rerun {
    let request: BacktestRequest
    let instruments: InstrumentTable
    let timeframe: Timeframe
    let loaded: LoadedPolicy
    let places: BacktestRun.Places

    func decisions(
      _ bars: [Bar], _ policies: [(name: String, policy: any Policy)]?
    ) throws -> [ActorRun.SeenDecision] {
      var decisions: [ActorRun.SeenDecision] = []
      let plan = try request.plan(instruments, timeframe, policies: policies ?? loaded.policies)
      var driver = try StageDriver(plan)
      driver.watch = { decisions.append(ActorRun.SeenDecision($0, $1)) }
      var source = BarsInMemory(bars)
      try StageRun.run(&driver, &source, outlook: loaded.outlook(request, plan, places))
      return decisions
    }
  }

  /// Checks a request at `samples` moments drawn by its seed; a network's answers are worked out anew for each.
  ///
  /// - Parameters:
  ///   - places: where networks are kept.
  ///   - policies: makes the policies anew for each run; nil takes those of the request.
  ///
  /// Throws `StartError`.
  package init(
    _ request: BacktestRequest, samples: Int, places: BacktestRun.Places,
    policies: () throws -> [(name: String, policy: any Policy)]? = { nil },
    progress: (Int) -> Void = { _ in }
  ) throws {
    let (instruments, timeframe, source) = try request.openData()
    var bars: [Bar] = []
    func collect(_ source: some BarSource) throws {
      var source = source
      while let bar = try source.next(), bar.openTime < request.to ?? .latest { bars.append(bar) }
    }
    try collect(source)
    var places = places
    // Answers of another run over the same bars would hide what this one looks for.
    places.cache = nil
    let rerun = Rerun(
      request: request, instruments: instruments, timeframe: timeframe,
      loaded: try LoadedPolicy(request, instruments, timeframe, places), places: places)
    let truth = try rerun.decisions(bars, try policies())
    for sample in 0..<samples {
      var random = CounterRandom(
        seed: request.seed, purpose: .lookaheadCheck, step: UInt64(sample), lane: 0)
      let cut = random.below(max(1, bars.count - 1))
      let other = try rerun.decisions(Self.mutated(bars, after: cut, &random), try policies())
      compare(truth, other, until: bars[cut].closeTime)
      progress(sample + 1)
    }
  }

  private mutating func compare(
    _ truth: [ActorRun.SeenDecision], _ other: [ActorRun.SeenDecision], until cut: Timestamp
  ) {
    let (before, after) = (truth.prefix { $0.bar <= cut }, other.prefix { $0.bar <= cut })
    cuts.append(cut)
    compared += before.count
    if before.count != after.count || !before.elementsEqual(after) {
      let place = zip(before, after).enumerated().first { $0.1.0 != $0.1.1 }?.0 ?? min(before.count, after.count)
      leaks.append(
        Leak(
          cut: cut, expected: place < before.count ? before[place] : nil,
          found: place < after.count ? after[place] : nil))
    }
  }

  /// All bars up to and with one, then some of another world: prices from half to twice, in the same order of time.
  private static func mutated(_ bars: [Bar], after cut: Int, _ random: inout CounterRandom) -> [Bar] {
    let moment = bars[cut].closeTime
    var result = Array(bars.prefix(cut + 1))
    for bar in bars.dropFirst(cut + 1).prefix(barsBeyond) {
      // Bars of other instruments with the same close are the present.
      guard bar.closeTime > moment else {
        result.append(bar)
        continue
      }
      let factor = 50 + Int64(random.below(150))
      var changed = bar
      let scale = { (price: Price) in Price(raw: max(1, price.raw / 100 * factor)) }
      (changed.open, changed.close) = (scale(bar.close), scale(bar.open))
      changed.high = max(changed.open, changed.close)
      changed.low = min(changed.open, changed.close)
      result.append(changed)
    }
    return result
  }
}
