import Core

/// Which stretch of which market each lane of a batch learns from: `training.md` § 6. A pure function of seed, step and lane
/// that depends on nothing drawn before.
///
/// A market is drawn with probability ∝ √(its training windows), then a window of consecutive decidable bars uniformly among
/// them. Two conditions bind the lanes of a step together: at most a share of them may begin in one calendar month, and they
/// come from at least a number of instruments where there are so many. So lane l is drawn after the lanes before it.
package struct CorpusSampler: Sendable {
  /// Settings of the draw.
  package struct Options: Sendable, Equatable {
    /// Bars of a window.
    package var window: Int
    /// Lanes of a step.
    package var lanes: Int
    /// Probability that the network is not told which instrument it sees.
    package var unknownShare = 0.1
    /// Largest share of the lanes that begin in one calendar month; at least one lane always may.
    package var monthShare = 0.05
    /// Fewest instruments in a step, where there are so many.
    package var instruments = 4

    /// Options as given.
    package init(window: Int, lanes: Int) {
      precondition(window > 0 && lanes > 0)
      self.window = window
      self.lanes = lanes
    }
  }

  /// What a lane learns from.
  package struct Draw: Equatable, Sendable {
    /// Place of the series among those given.
    package var series: Int
    /// First bar of the window.
    package var start: Int
    /// Whether the instrument's row is replaced by that of the unknown one.
    package var isUnknown: Bool
  }

  /// The lanes of a step.
  package struct Batch: Equatable, Sendable {
    package var draws: [Draw]
    /// Lanes that begin in a month that was full: no draw that fitted was found.
    package var overCap: Int
  }

  /// Draws for a lane before one over the cap is taken.
  private static let attempts = 64

  /// The training windows of a series: starts in runs of consecutive decidable bars.
  private struct Windows: Sendable {
    var starts: [Range<Int>] = []
    /// Starts before each run.
    var before: [Int] = []
    var count = 0
    /// Calendar month of each bar, from January of the year 0.
    var months: [Int32]
    var instrument: Int

    /// The start at a place among all.
    func start(_ place: Int) -> Int {
      var low = 0, high = before.count
      while high - low > 1 {
        let middle = (low + high) / 2
        if before[middle] <= place { low = middle } else { high = middle }
      }
      return starts[low].lowerBound + place - before[low]
    }
  }

  package let options: Options
  private let windows: [Windows]
  /// Sums of the weights up to each series.
  private let cumulative: [Double]
  private let instrumentCount: Int
  /// Lanes that may begin in one month.
  package let monthCap: Int

  /// A sampler over the bars of each series in `ranges`. `instruments`: which series are of one instrument; nil: each is its
  /// own. Nil when no series has a window.
  package init?(_ series: [TradingSeries], ranges: [Range<Int>], instruments: [Int]? = nil, options: Options) {
    precondition(series.count == ranges.count && instruments?.count ?? series.count == series.count)
    let windows = series.indices.map { index in
      Self.windows(series[index], ranges[index], options.window, instrument: instruments?[index] ?? index)
    }
    self.windows = windows
    self.options = options
    cumulative = Self.cumulative(windows.map(\.count))
    guard let sum = cumulative.last, sum > 0 else { return nil }
    instrumentCount = Set(windows.filter { $0.count > 0 }.map(\.instrument)).count
    // Where there are too few months for the share, each takes its part.
    let months = Set(windows.flatMap { windows in windows.starts.flatMap { $0.map { windows.months[$0] } } }).count
    monthCap = max(1, Int(options.monthShare * Double(options.lanes)), (options.lanes + months - 1) / months)
  }

  private static func cumulative(_ counts: [Int]) -> [Double] {
    var sum = 0.0
    return counts.map {
      sum += Double($0).squareRoot()
      return sum
    }
  }

  private static func windows(
    _ series: TradingSeries, _ range: Range<Int>, _ length: Int, instrument: Int
  ) -> Windows {
    var result = Windows(
      months: series.closeTimes.isEmpty
        ? [Int32](repeating: 0, count: series.count) : months(of: series.closeTimes), instrument: instrument)
    var first = range.lowerBound
    for bar in range.lowerBound...range.upperBound where bar == range.upperBound || !series.isDecidable[bar] {
      if bar - first >= length {
        result.starts.append(first..<(bar - length + 1))
        result.before.append(result.count)
        result.count += bar - length + 1 - first
      }
      first = bar + 1
    }
    return result
  }

  /// The calendar month of each moment, in UTC. Moments ascend, so the calendar is asked once a month.
  static func months(of times: [Timestamp]) -> [Int32] {
    var month: Int32 = 0
    var end = Int64.min
    return times.map { time in
      if time.milliseconds >= end {
        let day = CalendarDay(time)
        month = Int32(day.year * 12 + day.month - 1)
        let next = CalendarDay(year: day.month == 12 ? day.year + 1 : day.year, month: day.month % 12 + 1, day: 1)
        end = next?.start.milliseconds ?? .max
      }
      return month
    }
  }

  /// Training windows of each series.
  package var windowCounts: [Int] { windows.map(\.count) }

  /// What a lane learns from when it begins anew at a step.
  package func draw(seed: UInt64, step: Int, lane: Int) -> Draw {
    batch(seed: seed, step: step, lanes: lane + 1).draws[lane]
  }

  /// What all lanes would learn from, began they anew at a step.
  package func batch(seed: UInt64, step: Int) -> Batch { batch(seed: seed, step: step, lanes: options.lanes) }

  private func batch(seed: UInt64, step: Int, lanes: Int) -> Batch {
    precondition(lanes <= options.lanes, "lane \(lanes - 1) of \(options.lanes)")
    let wanted = min(options.instruments, instrumentCount, options.lanes)
    var batch = Batch(draws: [], overCap: 0)
    var months: [Int32: Int] = [:]
    var seen: Set<Int> = []
    for lane in 0..<lanes {
      var random = CounterRandom(
        seed: seed, purpose: .corpusSampling, step: UInt64(step), lane: UInt64(lane))
      let isUnknown = random.uniform() < options.unknownShare
      // The last lanes bring the instruments that are still missing.
      let mustBeNew = options.lanes - lane <= wanted - seen.count
      let sums = mustBeNew ? Self.cumulative(windows.map { seen.contains($0.instrument) ? 0 : $0.count }) : cumulative
      var draw = self.draw(&random, sums, isUnknown)
      var attempt = 1
      while attempt < Self.attempts, months[month(draw), default: 0] >= monthCap {
        draw = self.draw(&random, sums, isUnknown)
        attempt += 1
      }
      if months[month(draw), default: 0] >= monthCap { batch.overCap += 1 }
      months[month(draw), default: 0] += 1
      seen.insert(windows[draw.series].instrument)
      batch.draws.append(draw)
    }
    return batch
  }

  private func month(_ draw: Draw) -> Int32 { windows[draw.series].months[draw.start] }

  /// A draw by the sums of weights up to each series, which reach above 0.
  private func draw(_ random: inout CounterRandom, _ sums: [Double], _ isUnknown: Bool) -> Draw {
    let place = random.uniform() * sums[sums.count - 1]
    var low = 0, high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] <= place { low = middle + 1 } else { high = middle }
    }
    // Rounding can reach the end, where the weight may be zero.
    while low > 0, sums[low] == sums[low - 1] { low -= 1 }
    return Draw(series: low, start: windows[low].start(random.below(windows[low].count)), isUnknown: isUnknown)
  }
}
