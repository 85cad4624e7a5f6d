import Core

/// Draws of the stationary bootstrap: blocks of consecutive periods of geometric length, wrapped around the end, so that a
/// resample keeps the short-range dependence of the original.
///
/// Source: Politis and Romano, "The stationary bootstrap" (1994). Random numbers per resample: the start, then for each
/// further period one uniform number for the restart and, only on a restart, one for the new start.
package struct StationaryBootstrap: Sendable {
  /// Periods of the series and of each resample.
  package let periods: Int
  private let restart: Double
  private var random: CounterRandom

  /// Resamples of `periods` periods in blocks of `meanBlock` periods on average. Throws `StatisticsError` for no periods and
  /// for blocks shorter than one.
  package init(periods: Int, meanBlock: Double, random: CounterRandom) throws {
    guard (1...StatisticsLimits.periods).contains(periods) else {
      throw StatisticsError("\(periods) periods: 1 to \(StatisticsLimits.periods) can be resampled")
    }
    guard meanBlock >= 1, meanBlock.isFinite else {
      throw StatisticsError("mean_block: \(meanBlock) is not a number of at least 1")
    }
    self.periods = periods
    restart = 1 / meanBlock
    self.random = random
  }

  /// The periods of the next resample, in their order.
  package mutating func next() -> [Int] {
    var indices = [Int](repeating: 0, count: periods)
    next(into: &indices)
    return indices
  }

  /// The same, into an array that holds `periods` elements.
  package mutating func next(into indices: inout [Int]) {
    precondition(indices.count == periods)
    var place = random.below(periods)
    indices[0] = place
    for index in 1..<max(1, periods) {
      if random.uniform() < restart {
        place = random.below(periods)
      } else {
        place = place + 1 == periods ? 0 : place + 1
      }
      indices[index] = place
    }
  }
}

/// What is computed on a resample.
enum Resample {
  /// Mean of the values at `indices`.
  static func mean(_ values: [Double], at indices: [Int]) -> Double {
    // Compensated (Neumaier): the resamples of a bootstrap are too many for exact sums.
    var (sum, lost) = (0.0, 0.0)
    for index in indices {
      let value = values[index]
      let next = sum + value
      lost += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
      sum = next
    }
    return (sum + lost) / Double(indices.count)
  }

  /// Sharpe per period of the values at `indices`; 0 without variation, which happens only in tiny samples.
  static func sharpe(_ values: [Double], at indices: [Int]) -> Double {
    let mean = mean(values, at: indices)
    let first = values[indices[0]]
    var squares = 0.0
    var varies = false
    for index in indices {
      let deviation = values[index] - mean
      squares += deviation * deviation
      varies = varies || values[index] != first
    }
    let deviation = (squares / Double(indices.count - 1)).squareRoot()
    return varies && deviation > 0 ? mean / deviation : 0
  }
}
