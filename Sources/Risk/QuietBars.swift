import Core

/// The account at the close of one bar.
package struct AccountMark: Sendable {
  /// Cash and the market value of all positions.
  package var equityQuote: Money
  /// Market values of all positions, without their signs and with them.
  package var exposureQuote: (gross: Money, net: Money)
}

// Bars that surely ask for no stop, many at a time.
extension RiskStage {
  /// How many of the bars that come next surely ask for no stop, whichever of them come: all, or none where that is not
  /// known without working them off.
  ///
  /// How far the closes of what is held lie from where it stands bounds the equity on both sides. No loss from the upper
  /// bound, the day's start or the peak down to the lower bound may be over its limit: a day that begins on the way begins
  /// between the bounds, and a new peak lies there.
  package func quietBars(_ bars: ArraySlice<Bar>) -> Int {
    guard counters.latchRequests.isEmpty, counters.isAccountKnown else { return 0 }
    let equity = equityQuote.raw
    guard let swing = swing(over: bars), equity > swing else { return 0 }
    let (highest, overflow) = equity.addingReportingOverflow(swing)
    let lowest = equity - swing
    let dayStart = counters.dayStartEquityQuote.raw
    let peak = counters.equityPeakQuote.raw
    guard !overflow, dayStart >= 0, peak >= 0 else { return 0 }
    let dayLoss = max(highest, dayStart) - lowest
    let fall = max(highest, peak) - lowest
    let isQuiet =
      dayLoss <= dailyLossLimit.raw && fall <= drawdownLimit.raw
      && Self.isWithin(dayLoss, limits.maxDailyLoss, of: lowest)
    return isQuiet ? bars.count : 0
  }

  /// Whether an amount is at most a share of another; false where that does not fit the numbers.
  private static func isWithin(_ amount: Int128, _ share: Rate, of whole: Int128) -> Bool {
    let (left, isTooLarge) = amount.multipliedReportingOverflow(by: Int128(Rate.unit))
    let (right, overflow) = whole.multipliedReportingOverflow(by: Int128(share.raw))
    return !isTooLarge && !overflow && left <= right
  }

  /// How far the bars can take the equity from where it is; nil: not known.
  private func swing(over bars: ArraySlice<Bar>) -> Int128? {
    let held = values.reduce(into: 0) { $0 += $1.isZero ? 0 : 1 }
    var farthest: Int128 = 0
    for place in bars.indices {
      let index = Int(bars[place].instrument.index)
      guard index < values.count else { return nil }
      let position = counters.instruments[index].position
      if position.quantity.isZero { continue }
      // What is held but worth nothing is not among those counted.
      if values[index].isZero { return nil }
      let value = position.marketValueQuote(at: bars[place].close)
      let (distance, overflow) = value.raw.subtractingReportingOverflow(values[index].raw)
      guard !overflow, distance != .min else { return nil }
      farthest = max(farthest, abs(distance))
    }
    let (swing, overflow) = farthest.multipliedReportingOverflow(by: Int128(held))
    return overflow ? nil : swing
  }

  /// Takes bars that `quietBars` has counted, each at its close; the account after each is appended to `marks`.
  package mutating func pass(_ bars: ArraySlice<Bar>, into marks: inout [AccountMark]) {
    for place in bars.indices {
      _ = take(bars[place], at: bars[place].closeTime)
      marks.append(AccountMark(equityQuote: equityQuote, exposureQuote: (grossQuote, netQuote)))
    }
  }
}
