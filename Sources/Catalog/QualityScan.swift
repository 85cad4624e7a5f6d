import Core
import Foundation

/// Looks at bars in order and counts what is odd about them. Causal: each bar is judged by itself and those before it.
package struct QualityScan: Sendable {
  /// Returns that the scale of a spike is taken from, how many of them there must be, and how many scales make a spike.
  private static let window = 168
  private static let leastReturns = 48
  private static let spikeScales = 20.0
  /// Bars at one price that make a stale run.
  private static let staleBars = 12

  /// The |log return| above which a bar of this length is an outlier: 10 % up to five minutes, 15 % up to half an hour,
  /// 20 % up to four hours, 50 % above.
  package static func moveLimit(_ timeframe: Timeframe) -> Double {
    switch timeframe.milliseconds {
    case ...300_000: 0.1
    case ...1_800_000: 0.15
    case ...14_400_000: 0.2
    default: 0.5
    }
  }

  /// What was found so far.
  package private(set) var report: QualityReport

  private let calendar: TradingCalendar
  private let limit: Double
  private var last: Bar?
  private var squares = [Double](repeating: 0, count: window)
  private var sum = 0.0
  private var returns = 0
  private var standing = 0

  /// A scan that goes on from what reading the rows found.
  package init(_ report: QualityReport = QualityReport(), timeframe: Timeframe, calendar: TradingCalendar) {
    self.report = report
    self.calendar = calendar
    limit = Self.moveLimit(timeframe)
  }

  /// Takes the next bar.
  package mutating func receive(_ bar: Bar) {
    report.bars += 1
    if bar.volume.isZero { report.zeroVolume += 1 }
    if let last {
      if bar.openTime > last.closeTime { lookForGap(last, bar) }
      lookAtMove(last, bar)
    }
    let stands = bar.high == bar.low && (last.map { $0.close == bar.close && $0.high == $0.low } ?? true)
    if stands { standing += 1 } else { endRun(bar.openTime, next: bar.high == bar.low ? 1 : 0) }
    last = bar
  }

  /// The report when no bar follows.
  package mutating func finish() -> QualityReport {
    if let last { endRun(last.closeTime, next: 0) }
    return report
  }

  private mutating func lookForGap(_ last: Bar, _ bar: Bar) {
    let missing = calendar.missingBars(after: last.closeTime, before: bar.openTime, step: bar.timeframe)
    guard missing > 0 else { return }
    report.gaps += 1
    report.missingBars += missing
    report.longestGap = max(report.longestGap, missing)
    if missing > 12 { report.note("\(missing) bars missing before \(bar.openTime)") }
  }

  private mutating func lookAtMove(_ last: Bar, _ bar: Bar) {
    let move = log(Double(bar.close.raw) / Double(last.close.raw))
    if abs(move) > limit {
      report.outliers += 1
      report.note("the close moves from \(last.close) to \(bar.close) at \(bar.openTime)")
    }
    let count = min(returns, Self.window)
    if count >= Self.leastReturns {
      let scale = (max(0, sum) / Double(count)).squareRoot()
      if scale > 1e-9, abs(move) > Self.spikeScales * scale { report.spikes += 1 }
    }
    let slot = returns % Self.window
    sum += move * move - squares[slot]
    squares[slot] = move * move
    returns += 1
  }

  private mutating func endRun(_ time: Timestamp, next: Int) {
    if standing >= Self.staleBars {
      report.staleRuns += 1
      report.longestStaleRun = max(report.longestStaleRun, standing)
      if standing >= 100 { report.note("the price stands still for \(standing) bars before \(time)") }
    }
    standing = next
  }
}
