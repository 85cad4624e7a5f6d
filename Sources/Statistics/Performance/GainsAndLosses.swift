/// Gains and losses of a list of results: returns of periods, or nets of trades. Zeros are neither.
package struct GainsAndLosses: Hashable, Sendable {
  /// Results above zero.
  package let gainCount: Int
  /// Results below zero.
  package let lossCount: Int
  /// Sum of the results above zero.
  package let gains: Double
  /// Sum of the results below zero, without its sign.
  package let losses: Double
  /// Sum of all results.
  package let total: Double
  /// Longest run of results above zero.
  package let longestGains: Int
  /// Longest run of results below zero.
  package let longestLosses: Int

  /// Counts and adds up, in the order given.
  package init(_ results: [Double]) {
    var (gains, losses) = (ExactSum(), ExactSum())
    var (gainCount, lossCount) = (0, 0)
    var (gainRun, lossRun, longestGains, longestLosses) = (0, 0, 0, 0)
    for result in results {
      gainRun = result > 0 ? gainRun + 1 : 0
      lossRun = result < 0 ? lossRun + 1 : 0
      longestGains = max(longestGains, gainRun)
      longestLosses = max(longestLosses, lossRun)
      if result > 0 {
        gains.add(result)
        gainCount += 1
      } else if result < 0 {
        losses.add(-result)
        lossCount += 1
      }
    }
    self.gains = gains.value
    self.losses = losses.value
    total = ExactSum.of(results)
    (self.gainCount, self.lossCount) = (gainCount, lossCount)
    (self.longestGains, self.longestLosses) = (longestGains, longestLosses)
  }

  /// Share of gains among gains and losses; nil of neither.
  package var winRate: Double? {
    gainCount + lossCount == 0 ? nil : Double(gainCount) / Double(gainCount + lossCount)
  }
  /// Mean gain; nil without one.
  package var averageGain: Double? { gainCount == 0 ? nil : gains / Double(gainCount) }
  /// Mean loss, without its sign; nil without one.
  package var averageLoss: Double? { lossCount == 0 ? nil : losses / Double(lossCount) }
  /// Mean gain over mean loss; nil without one of each.
  package var payoffRatio: Double? {
    guard let averageGain, let averageLoss else { return nil }
    return averageGain / averageLoss
  }
  /// Sum of gains over sum of losses; infinite without a loss, nil without either.
  package var profitFactor: Double? { PerformanceFigures.ratio(gains, losses) }
  /// Mean of gains and losses; nil of neither.
  package var expectancy: Double? {
    gainCount + lossCount == 0 ? nil : total / Double(gainCount + lossCount)
  }
  /// Kelly's fraction w - (1 - w) / payoff; nil without a gain and a loss.
  package var kelly: Double? {
    guard let winRate, let payoffRatio else { return nil }
    return winRate - (1 - winRate) / payoffRatio
  }
}
