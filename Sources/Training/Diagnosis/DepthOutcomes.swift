import Core

/// What the decisions of some series earned at every depth, one after the other, each depth with its own positions.
package struct DepthOutcomes: Sendable {
  /// Depths 1...M.
  package let segments: Int
  /// Periods in time that decisions fall into; those of several series at one moment are one period.
  package let periods: Int
  /// Of every decision: its period, the complexity of the market, and its quintile of σ among the decisions of its series.
  package private(set) var period: [Int] = []
  package private(set) var complexity: [Double] = []
  package private(set) var deviationQuintile: [Int] = []
  /// What it earned at each depth, net, and where the network stops by itself: [segments + 1][decisions].
  package private(set) var rewards: [[Double]]
  /// How deep it was thought where the network stops by itself.
  package private(set) var ownDepth: [Int] = []

  /// Nothing yet.
  package init(segments: Int, periods: Int) {
    (self.segments, self.periods) = (segments, periods)
    rewards = [[Double]](repeating: [], count: segments + 1)
  }

  /// Adds the decisions of a series. `period` gives the period of a bar.
  package mutating func add(
    _ series: TradingSeries, _ record: ThinkingRecord, costs: TradingCosts, period: (Int) -> Int
  ) {
    var depths: [Int] = []
    let runs = (1...segments).map { depth in
      GreedyRunner.walk(series, bars: record.bars, costs: costs) { record.action(after: depth, bar: $0, $1) }
    }
    let own = GreedyRunner.walk(series, bars: record.bars, costs: costs) { bar, position in
      depths.append(record.ownDepth(bar: bar, position))
      return record.action(after: depths[depths.count - 1], bar: bar, position)
    }
    guard let quintiles = Quintiles(of: own.bars.map { series.deviations[$0] }) else { return }
    for (depth, run) in (runs + [own]).enumerated() { rewards[depth] += run.rewards }
    for bar in own.bars {
      self.period.append(period(bar))
      complexity.append(series.complexity[bar])
      deviationQuintile.append(quintiles.place(series.deviations[bar]))
    }
    ownDepth += depths
  }
}

/// Moments in their order: which period a bar falls into.
package struct PeriodIndex: Sendable {
  private let moments: [Int64]

  /// The periods of all bars that are looked at. A series without a calendar counts its bars.
  package init(_ series: [TradingSeries], _ bars: [Range<Int>]) {
    var all: Set<Int64> = []
    for (series, bars) in zip(series, bars) {
      for bar in bars where series.isDecidable[bar] { all.insert(Self.moment(series, bar)) }
    }
    moments = all.sorted()
  }

  /// Number of periods.
  package var count: Int { moments.count }

  /// The period of a bar that can be decided.
  package func period(_ series: TradingSeries, _ bar: Int) -> Int {
    let moment = Self.moment(series, bar)
    var (low, high) = (0, moments.count)
    while low < high {
      let middle = (low + high) / 2
      if moments[middle] < moment { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func moment(_ series: TradingSeries, _ bar: Int) -> Int64 {
    series.closeTimes.isEmpty ? Int64(bar) : series.closeTimes[bar].milliseconds
  }
}
