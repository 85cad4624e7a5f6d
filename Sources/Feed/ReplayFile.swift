import Core

/// The bars of one recorded file: CSV, plain or gzip, with a header that names the columns `timestamp_ms_utc` (or
/// `timestamp_ms`), `open`, `high`, `low`, `close`, `volume`; times are bar opens in UTC. The layouts of many exchanges'
/// downloads are read too: see `RowLayout` for columns and `TimeText` for times.
///
/// The file is streamed; memory does not grow with it. Rows that are no bars, come twice or out of order are refused and
/// counted, never repaired. Damage of the file itself is an error.
public final class ReplayFile: BarSeries {
  /// Rows from which the length of a bar is inferred.
  public static let inferenceRows = 256

  /// Path as given.
  public let path: String
  /// The instrument that the bars are given.
  public let instrument: InstrumentID
  /// Length of the file's bars.
  public private(set) var timeframe: Timeframe
  /// What was read and refused so far.
  public private(set) var quality = FeedQuality()
  /// The first rows refused, at most as many as were asked for.
  public private(set) var rowErrors: [RowError] = []

  /// Opens of the rows read ahead, oldest first: what can be known of the file before its first bar is taken.
  public var leadingOpenTimes: [Timestamp] { ahead.reversed().map(\.bar.openTime) }

  private let lines: LineReader
  private let parser: RowParser
  private let quick: QuickRow
  /// When the instrument trades. To be set, if at all, before the first bar is taken.
  public var calendar: TradingCalendar
  private let rejectLimit: Int
  /// Whether rows are given as they come, in any order and more than once: for those who sort them.
  private let givesAnyOrder: Bool
  /// Rows read ahead to infer the timeframe, with their lines, newest first.
  private var ahead: [(bar: Bar, line: Int)] = []
  private var last: Bar?

  /// Opens a file and reads its first rows.
  ///
  /// - Parameters:
  ///   - expected: Length of the file's bars if it must be a certain one; nil: whatever the rows show.
  ///   - rejects: Number of refused rows to remember; all are counted.
  ///   - calendar: When the instrument trades, to tell a gap from a closed market.
  /// - Throws: `FeedError`.
  public convenience init(
    path: String, instrument: InstrumentID, expected: Timeframe? = nil, rejects: Int = 20,
    calendar: TradingCalendar = .alwaysOpen
  ) throws {
    try self.init(
      path: path, instrument: instrument, expected: expected, rejects: rejects, calendar: calendar,
      givesAnyOrder: false, isCertain: false)
  }

  /// Opens a file whose rows may be in any order: they are given as they come. A replay never does this. With
  /// `isCertain` the rows do not have to show that the expected length is theirs. Throws `FeedError`.
  package static func unordered(
    path: String, instrument: InstrumentID, expected: Timeframe? = nil, rejects: Int = 20,
    isCertain: Bool = false
  ) throws -> ReplayFile {
    try ReplayFile(
      path: path, instrument: instrument, expected: expected, rejects: rejects, calendar: .alwaysOpen,
      givesAnyOrder: true, isCertain: isCertain)
  }

  private init(
    path: String, instrument: InstrumentID, expected: Timeframe?, rejects: Int, calendar: TradingCalendar,
    givesAnyOrder: Bool, isCertain: Bool
  ) throws {
    self.givesAnyOrder = givesAnyOrder
    self.path = path
    self.instrument = instrument
    self.calendar = calendar
    rejectLimit = rejects
    timeframe = expected ?? .oneMinute
    lines = try LineReader(path: path)
    let layout = try Self.layout(of: lines, file: path)
    parser = RowParser(layout)
    quick = QuickRow(layout)
    try readAhead()
    let found = isCertain ? expected : inferredTimeframe()
    if let expected, let found, found != expected {
      throw FeedError.timeframe(file: path, expected: expected, found: found)
    }
    guard let known = found ?? expected else { throw FeedError.timeframe(file: path, expected: nil, found: nil) }
    timeframe = known
  }

  private static func layout(of lines: LineReader, file: String) throws -> RowLayout {
    guard var first = try lines.next() else { throw FeedError.empty(file: file, reason: "the file is empty") }
    // Some downloads begin with the address of their source.
    if first.starts(with: "http".utf8), !first.contains(44), let second = try lines.next() { first = second }
    let layout = try RowLayout(firstLine: first, file: file)
    if layout.isWithoutHeader { lines.putBack(first) }
    return layout
  }

  /// The next bar in order; nil at the end. Throws `FeedError` where the file is damaged.
  public func next() throws -> Bar? {
    while true {
      if let (bar, line) = ahead.popLast() {
        if let bar = accepted(bar, line) { return bar }
        continue
      }
      guard let bar = try nextRow() else { return nil }
      if let bar = accepted(bar, lines.line) { return bar }
    }
  }

  /// The bar of the next row that has one.
  private func nextRow() throws -> Bar? {
    if let (bar, end) = quick.bar(at: lines.unread, instrument: instrument, timeframe: timeframe) {
      lines.take(upTo: end)
      quality.rows += 1
      return bar
    }
    return try nextParsedRow()
  }

  @inline(never)
  private func nextParsedRow() throws -> Bar? {
    while let row = try lines.next() {
      quality.rows += 1
      if !lines.isFinished && !lines.isChecked {
        refuse("", shownText(row), .unfinished, lines.line)
        continue
      }
      do {
        return try parser.bar(row, instrument: instrument, timeframe: timeframe)
      } catch {
        refuse(error.column, error.value, error.reason, lines.line)
      }
    }
    return nil
  }

  private func accepted(_ row: Bar, _ line: Int) -> Bar? {
    var bar = row
    bar.timeframe = timeframe
    if let last, !givesAnyOrder {
      if bar.openTime < last.closeTime {
        let isSame = bar.openTime == last.openTime
        refuse("timestamp", "\(bar.openTime.milliseconds)", isSame ? .duplicate : .disorder, line)
        return nil
      }
      if bar.openTime > last.closeTime {
        let missing = calendar.missingBars(after: last.closeTime, before: bar.openTime, step: timeframe)
        if missing > 0 {
          quality.gaps += 1
          quality.missingBars += missing
        }
      }
    }
    last = bar
    quality.bars += 1
    return bar
  }

  private func refuse(_ column: String, _ value: @autoclosure () -> String, _ reason: RowFault, _ line: Int) {
    switch reason {
    case .duplicate: quality.duplicates += 1
    case .disorder: quality.disorder += 1
    case .impossible: quality.impossibleBars += 1
    default: quality.badRows += 1
    }
    guard rowErrors.count < rejectLimit else { return }
    rowErrors.append(RowError(file: path, line: line, column: column, value: value(), reason: reason))
  }

  private func readAhead() throws {
    while ahead.count < Self.inferenceRows, let bar = try nextRow() { ahead.append((bar, lines.line)) }
    guard !ahead.isEmpty else {
      let reason = rowErrors.first.map { "no row could be used; the first: \($0)" } ?? "a header and no rows"
      throw FeedError.empty(file: path, reason: reason)
    }
    ahead.reverse()
  }

  /// The smallest step between rows that is common: every eighth step at least is as short. A single odd row does not
  /// decide, nor do the gaps of a market with nights and weekends.
  private func inferredTimeframe() -> Timeframe? {
    var steps: [Int64] = []
    for index in ahead.indices.dropFirst() {
      let step = ahead[index - 1].bar.openTime.millisecondsSince(ahead[index].bar.openTime)
      if step > 0 || givesAnyOrder && step != 0 { steps.append(abs(step)) }
    }
    steps.sort()
    var index = 0
    while index < steps.count {
      let next = steps[index...].firstIndex { $0 != steps[index] } ?? steps.count
      if (next - index) * 8 >= steps.count { return Timeframe(milliseconds: steps[index]) }
      index = next
    }
    return steps.first.map { Timeframe(milliseconds: $0) }
  }
}
