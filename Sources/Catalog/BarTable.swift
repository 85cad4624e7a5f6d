import Core

/// Bars of one instrument and length in memory, column by column: 56 bytes a bar.
package struct BarTable: Equatable, Sendable {
  /// No table holds more bars: about a gigabyte, 38 years of minutes.
  package static let limit = 20_000_000

  /// Opens in milliseconds since 1970.
  package private(set) var times: [Int64] = []
  /// Open, high, low and close in units of 10⁻⁹.
  package private(set) var opens: [Int64] = []
  package private(set) var highs: [Int64] = []
  package private(set) var lows: [Int64] = []
  package private(set) var closes: [Int64] = []
  /// Volumes in units of 10⁻¹⁸.
  package private(set) var volumes: [Int128] = []

  /// An empty table.
  package init() {}

  /// Number of bars.
  package var count: Int { times.count }

  /// Adds a bar at the end.
  package mutating func append(_ bar: Bar) {
    times.append(bar.openTime.milliseconds)
    opens.append(bar.open.raw)
    highs.append(bar.high.raw)
    lows.append(bar.low.raw)
    closes.append(bar.close.raw)
    volumes.append(bar.volume.raw)
  }

  /// The bar at a place.
  package func bar(_ index: Int, instrument: InstrumentID, timeframe: Timeframe) -> Bar {
    Bar(
      instrument: instrument, timeframe: timeframe, openTime: Timestamp(milliseconds: times[index]),
      open: Price(raw: opens[index]), high: Price(raw: highs[index]), low: Price(raw: lows[index]),
      close: Price(raw: closes[index]), volume: Measure(raw: volumes[index]))
  }

  /// Whether two rows say the same.
  private func isSame(_ one: Int, _ other: Int) -> Bool {
    opens[one] == opens[other] && highs[one] == highs[other] && lows[one] == lows[other]
      && closes[one] == closes[other] && volumes[one] == volumes[other]
  }

  /// What was done to bring rows in order.
  package struct Ordering: Equatable, Sendable {
    /// How the rows came.
    package var order = RowOrder.oldestFirst
    /// Rows that came after a later one, where neither direction held throughout.
    package var disorder = 0
    /// Rows dropped because they repeat another.
    package var duplicates = 0
    /// Rows dropped because another has the same time and different content; the first is kept.
    package var conflicts = 0
    /// Rows dropped because they begin before the bar before has ended.
    package var overlaps = 0
  }

  /// How the rows of a source came.
  package enum RowOrder: String, Sendable {
    case oldestFirst = "oldest_first"
    case newestFirst = "newest_first"
    case mixed
  }

  /// Brings the rows in order of time, each time once, no bar beginning inside another. The first of two rows wins.
  package mutating func putInOrder(_ timeframe: Timeframe) -> Ordering {
    var result = Ordering()
    let later = zip(times, times.dropFirst()).reduce(0) { $0 + ($1.1 < $1.0 ? 1 : 0) }
    let earlier = zip(times, times.dropFirst()).reduce(0) { $0 + ($1.1 > $1.0 ? 1 : 0) }
    var order = Array(times.indices)
    if later > 0, earlier == 0 {
      result.order = .newestFirst
      order.reverse()
    } else if later > 0 {
      result.order = .mixed
      result.disorder = later
      order.sort { times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1 }
    }
    var kept: [Int] = []
    kept.reserveCapacity(order.count)
    for index in order {
      guard let last = kept.last else {
        kept.append(index)
        continue
      }
      if times[index] == times[last] {
        if isSame(index, last) { result.duplicates += 1 } else { result.conflicts += 1 }
      } else if times[index] < times[last] + timeframe.milliseconds {
        result.overlaps += 1
      } else {
        kept.append(index)
      }
    }
    if later > 0 || kept.count < count { keep(kept) }
    return result
  }

  private mutating func keep(_ rows: [Int]) {
    times = rows.map { times[$0] }
    opens = rows.map { opens[$0] }
    highs = rows.map { highs[$0] }
    lows = rows.map { lows[$0] }
    closes = rows.map { closes[$0] }
    volumes = rows.map { volumes[$0] }
  }
}
