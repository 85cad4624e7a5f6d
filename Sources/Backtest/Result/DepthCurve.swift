import Core

/// How deep a network thought and how complex the market was, averaged by day of UTC.
package struct DepthCurve: Sendable {
  /// One day.
  package struct Day: Sendable {
    /// Days since 1970.
    package var day: Int
    package var decisions = 0
    package var segments = 0
    package var complexitySum = 0.0
    package var complexities = 0
  }
  /// Days with decisions of a network, oldest first.
  package private(set) var days: [Day] = []
  /// Index k counts decisions of k segments.
  package private(set) var histogram: [Int] = []

  mutating func add(_ time: Timestamp, _ reading: NetworkReading, _ complexity: Double?) {
    let day = CalendarDay(time).daysSinceEpoch
    if days.last?.day != day { days.append(Day(day: day)) }
    let last = days.count - 1
    days[last].decisions += 1
    days[last].segments += reading.segments
    if let complexity {
      days[last].complexitySum += complexity
      days[last].complexities += 1
    }
    while histogram.count <= reading.segments { histogram.append(0) }
    histogram[reading.segments] += 1
  }
}
