/// Equity that starts at 1 and compounds returns, and how far it fell below its peaks.
struct EquityPath {
  /// Equity after the last period.
  let final: Double
  /// Deepest fall as a fraction of the peak before, negative or 0.
  let maxDrawdown: Double
  /// Longest run of periods below the peak.
  let maxDrawdownPeriods: Int
  /// Root of the mean square drawdown.
  let ulcerIndex: Double

  init(returns: [Double]) throws {
    var (equity, peak, deepest) = (1.0, 1.0, 0.0)
    var (run, longest) = (0, 0)
    var squares = ExactSum()
    for (index, value) in returns.enumerated() {
      equity *= 1 + value
      guard equity.isFinite else {
        throw StatisticsError("returns[\(index)]: equity is beyond the largest number that can be computed with")
      }
      peak = max(peak, equity)
      let drawdown = equity / peak - 1
      deepest = min(deepest, drawdown)
      run = equity < peak ? run + 1 : 0
      longest = max(longest, run)
      squares.add(drawdown * drawdown)
    }
    final = equity
    maxDrawdown = deepest
    maxDrawdownPeriods = longest
    ulcerIndex = (squares.value / Double(returns.count)).squareRoot()
  }
}
