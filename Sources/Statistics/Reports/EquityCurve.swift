import Core

/// What an account was worth at the ends of periods. The first point is the start: it has a value and no return.
package struct EquityCurve: Hashable, Sendable {
  /// Ends of the periods, ascending. A bar's point carries its close time.
  package let times: [Timestamp]
  /// Equity at these times; above zero but for the last, with which an account may end.
  package let values: [Double]

  /// A curve of at least one point. Throws `StatisticsError` for lists of different length, times that do not ascend, values
  /// that are not finite, and a value of at most zero before the last: from nothing there is no return.
  package init(times: [Timestamp], values: [Double]) throws {
    guard times.count == values.count, !times.isEmpty else {
      throw StatisticsError("equity: \(times.count) times, \(values.count) values; at least 1, and as many of each")
    }
    guard times.count <= StatisticsLimits.periods else {
      throw StatisticsError("equity: \(times.count) points, at most \(StatisticsLimits.periods) are read")
    }
    for index in times.indices {
      guard values[index].isFinite else { throw StatisticsError("equity[\(index)]: \(values[index]) is not finite") }
      guard values[index] > 0 || (index > 0 && index == times.count - 1) else {
        throw StatisticsError("equity[\(index)]: \(values[index]) at \(times[index]) leaves nothing to go on with")
      }
      guard index == 0 || times[index - 1] < times[index] else {
        throw StatisticsError("equity[\(index)]: \(times[index]) does not come after \(times[index - 1])")
      }
    }
    self.times = times
    self.values = values
  }

  /// The curve up to and with the first value of at most zero, and whether there is one. Throws as `init` does.
  package static func upToRuin(times: [Timestamp], values: [Double]) throws -> (curve: EquityCurve, isRuined: Bool) {
    guard let end = values.firstIndex(where: { $0 <= 0 }) else {
      return (try EquityCurve(times: times, values: values), false)
    }
    return (try EquityCurve(times: Array(times.prefix(end + 1)), values: Array(values.prefix(end + 1))), true)
  }

  /// Simple returns, one fewer than points.
  package var returns: [Double] { zip(values, values.dropFirst()).map { $1 / $0 - 1 } }

  /// The start and the last point of every UTC day with a point. Midnight belongs to the day that ends with it.
  package var daily: EquityCurve { sampled { CalendarDay(closing: $0).daysSinceEpoch } }

  /// The start and the last point of every run of points with the same key.
  private func sampled(by key: (Timestamp) -> Int) -> EquityCurve {
    let kept = times.indices.filter { index in
      index == 0 || index == times.count - 1 || key(times[index]) != key(times[index + 1])
    }
    return EquityCurve(unchecked: kept.map { times[$0] }, kept.map { values[$0] })
  }

  private init(unchecked times: [Timestamp], _ values: [Double]) {
    self.times = times
    self.values = values
  }

  /// Compounded return of every calendar year (UTC) with a point, ascending.
  package var yearly: [CalendarReturn] { byCalendar(hasMonths: false) }
  /// Compounded return of every calendar month (UTC) with a point, ascending.
  package var monthly: [CalendarReturn] { byCalendar(hasMonths: true) }

  private func byCalendar(hasMonths: Bool) -> [CalendarReturn] {
    var result: [CalendarReturn] = []
    var base = values[0]
    for index in times.indices.dropFirst() {
      let day = CalendarDay(closing: times[index])
      let month = hasMonths ? day.month : nil
      if let last = result.last, last.year == day.year, last.month == month {
        result[result.count - 1].value = values[index] / base - 1
        result[result.count - 1].periods += 1
      } else {
        base = values[index - 1]
        result.append(CalendarReturn(year: day.year, month: month, value: values[index] / base - 1, periods: 1))
      }
    }
    return result
  }
}

/// Compounded return within one calendar year or month, UTC.
package struct CalendarReturn: Hashable, Sendable {
  /// Year.
  package let year: Int
  /// Month, 1 to 12; nil for a whole year.
  package let month: Int?
  /// Equity at its last point over equity at the last point before it, minus 1. The first and the last may be cut short.
  package internal(set) var value: Double
  /// Points that fell into it.
  package internal(set) var periods: Int
}
