import Core
import Risk

/// Equity at the close of every moment that had bars: a bounded curve for drawing, exact extremes, and the last value of
/// each day of UTC, from which figures are made.
package struct EquityRecorder: Sendable {
  /// Points kept for drawing: at twice as many, every other one goes.
  package static let pointCapacity = 1 << 13

  /// A moment and the equity at it.
  package struct Point: Sendable, Equatable {
    package var at: Timestamp
    package var equityQuote: Money
    /// Fall from the highest equity so far, as a share of it.
    package var drawdown: Double
  }

  /// The last moment of a day.
  package struct Day: Sendable {
    package var at: Timestamp
    package var equityQuote: Money
    /// Market values of all positions, without their signs and with them.
    package var exposureQuote: (gross: Money, net: Money)
  }

  /// The curve for drawing.
  package private(set) var points: [Point] = []
  /// The last equity of every day that had bars, and the moment of it.
  package private(set) var days: [Day] = []
  private var hasDay = false
  private var dayEnd = Timestamp(milliseconds: .min)
  private var dayPoint = Day(
    at: Timestamp(milliseconds: 0), equityQuote: .zero, exposureQuote: (.zero, .zero))
  /// Largest fall from a peak, in quote currency, and as a share of that peak.
  package private(set) var maxDrawdownQuote = Money.zero
  package private(set) var maxDrawdown = 0.0
  package private(set) var peakQuote: Money
  /// Moments with bars, and those at which anything was held.
  package private(set) var moments = 0
  package private(set) var investedMoments = 0
  /// First and last moment.
  package private(set) var firstTime: Timestamp?
  package private(set) var lastTime: Timestamp?
  /// Equity at the end.
  package private(set) var endQuote: Money

  /// A power of two: every so manieth moment is a point.
  private var stride = 1
  private var current: Timestamp?
  private var currentQuote: Money
  private var isInvested = false
  private var currentExposure = (gross: Money.zero, net: Money.zero)
  /// A fall beyond it is a new record as a share of the peak.
  private var recordFall = Money.zero

  init(startQuote: Money) {
    peakQuote = startQuote
    endQuote = startQuote
    currentQuote = startQuote
  }

  /// A bar that closes at `time` begins; the moment before it is over if it is an earlier one.
  @inline(__always)
  mutating func begin(_ time: Timestamp) {
    guard time != current else { return }
    if current != nil { close() }
    current = time
    isInvested = false
  }

  /// Equity after a bar of the moment.
  @inline(__always)
  mutating func mark(_ equityQuote: Money, exposureQuote: (gross: Money, net: Money)) {
    currentQuote = equityQuote
    currentExposure = exposureQuote
    if exposureQuote.gross.isPositive { isInvested = true }
  }

  /// Bars in a row, with the account after each.
  mutating func pass(_ bars: ArraySlice<Bar>, _ marks: [AccountMark]) {
    for (place, mark) in zip(bars.indices, marks) {
      begin(bars[place].closeTime)
      self.mark(mark.equityQuote, exposureQuote: mark.exposureQuote)
    }
  }

  mutating func finish(_ equityQuote: Money) {
    if current != nil {
      currentQuote = equityQuote
      close()
      current = nil
    }
    endQuote = equityQuote
    if let lastTime, points.last?.at != lastTime { points.append(point(lastTime)) }
    if hasDay {
      days.append(dayPoint)
      hasDay = false
    }
  }

  private func point(_ time: Timestamp) -> Point {
    let fall = peakQuote.plus(currentQuote.negated)
    return Point(
      at: time, equityQuote: currentQuote,
      drawdown: peakQuote.isPositive ? fall.approximate / peakQuote.approximate : 0)
  }

  private mutating func close() {
    guard let current else { return }
    moments += 1
    if isInvested { investedMoments += 1 }
    if firstTime == nil { firstTime = current }
    lastTime = current
    if currentQuote > peakQuote {
      peakQuote = currentQuote
      recordFall = Money(truncating: peakQuote.approximate * maxDrawdown) ?? .zero
    }
    let fall = peakQuote.plus(currentQuote.negated)
    if fall > maxDrawdownQuote { maxDrawdownQuote = fall }
    if fall > recordFall {
      maxDrawdown = max(maxDrawdown, point(current).drawdown)
      recordFall = fall
    }
    noteDay(current)
    if moments & (stride - 1) == 0 { keep(point(current)) }
  }

  /// A day ends with the close at midnight.
  private mutating func noteDay(_ time: Timestamp) {
    if time > dayEnd {
      if hasDay { days.append(dayPoint) }
      hasDay = true
      dayEnd = CalendarDay(daysSinceEpoch: CalendarDay(closing: time).daysSinceEpoch + 1).start
    }
    dayPoint.at = time
    dayPoint.equityQuote = currentQuote
    dayPoint.exposureQuote = currentExposure
  }

  private mutating func keep(_ point: Point) {
    points.append(point)
    guard points.count == 2 * Self.pointCapacity else { return }
    stride *= 2
    points = points.indices.compactMap { $0 % 2 == 1 ? points[$0] : nil }
  }
}
