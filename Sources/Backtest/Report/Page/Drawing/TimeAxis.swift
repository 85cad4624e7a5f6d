import Core

/// A range of time with marks at the starts of minutes, hours, days, months or years of UTC.
package struct TimeAxis: Sendable {
  /// Ends, in milliseconds since 1970; never equal.
  package let low: Int64
  package let high: Int64
  /// Marks with what is written at them, ascending.
  package let ticks: [(at: Timestamp, label: String)]

  private static let minute: Int64 = 60_000
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000
  private static let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// An axis from the first of some moments to the last, with at most `marks` marks.
  package init(_ times: some Sequence<Timestamp>, marks: Int = 6) {
    let low = times.lazy.map(\.milliseconds).min() ?? 0
    let high = max(times.lazy.map(\.milliseconds).max() ?? 1, low + 1)
    (self.low, self.high) = (low, high)
    ticks = Self.shortTicks(low, high, marks) ?? Self.monthTicks(low, high, marks)
  }

  /// Place of a moment: 0 at the low end, 1 at the high one.
  package func place(_ time: Timestamp) -> Double {
    min(max(Double(time.milliseconds - low) / Double(high - low), 0), 1)
  }

  /// The whole range in words.
  package var text: String {
    let (first, last) = (Timestamp(milliseconds: low), Timestamp(milliseconds: high))
    return high - low < 3 * Self.day ? "\(first) to \(last)" : "\(CalendarDay(first)) to \(CalendarDay(last))"
  }

  private static func shortTicks(_ low: Int64, _ high: Int64, _ marks: Int) -> [(at: Timestamp, label: String)]? {
    let steps =
      [1, 2, 5, 10, 15, 30].map { $0 * minute } + [1, 2, 3, 6, 12].map { $0 * hour } + [1, 2, 4, 7].map { $0 * day }
    guard let step = steps.first(where: { (high - low) / $0 < marks }) else { return nil }
    var at = -(-low).dividedFloor(by: step) * step
    var ticks: [(at: Timestamp, label: String)] = []
    while at <= high {
      let time = Timestamp(milliseconds: at)
      let civil = CalendarDay(time)
      let inDay = at - civil.start.milliseconds
      let clock = [inDay / hour, inDay / minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
      ticks.append((time, inDay == 0 ? "\(civil.day) \(names[civil.month - 1])" : clock))
      at += step
    }
    return ticks
  }

  private static func monthTicks(_ low: Int64, _ high: Int64, _ marks: Int) -> [(at: Timestamp, label: String)] {
    func month(_ milliseconds: Int64) -> Int {
      let day = CalendarDay(Timestamp(milliseconds: milliseconds))
      return day.year * 12 + day.month - 1
    }
    let (first, last) = (month(low), month(high))
    let steps = [1, 2, 3, 6] + [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].map { $0 * 12 }
    let step = steps.first { (last - first) / $0 < marks } ?? 120_000
    return stride(from: (first + step - 1) / step * step, through: last, by: step).compactMap { index in
      guard let day = CalendarDay(year: index / 12, month: index % 12 + 1, day: 1),
        (low...high).contains(day.start.milliseconds)
      else { return nil }
      return (day.start, step % 12 == 0 ? "\(index / 12)" : "\(names[index % 12]) \(index / 12)")
    }
  }
}

extension Int64 {
  /// The quotient rounded down, for a positive divisor.
  fileprivate func dividedFloor(by divisor: Int64) -> Int64 {
    let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }
}
