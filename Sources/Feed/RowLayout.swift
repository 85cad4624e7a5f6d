/// Where the columns of a bar stand in a row, and how its time is written.
///
/// Columns are found by their names, in any order and case, divided by commas, semicolons or tabs. Of files without
/// names the layouts are known in which the order is beyond doubt: the klines of Binance (12 columns), the downloads of
/// Kraken (7) and of MetaTrader 4 (7 with a date and a time in front). Six bare numbers may be in at least three orders.
struct RowLayout {
  /// More columns than this are no bar file.
  static let limit = 64

  let separator: UInt8
  let count: Int
  let time: Int
  /// The time of day, where it has a column of its own.
  let clock: Int?
  let timeKind: TimeKind
  let open: Int
  let high: Int
  let low: Int
  let close: Int
  /// nil: the source has no volume.
  let volume: Int?
  /// Whether the first line is a row already.
  let isWithoutHeader: Bool

  /// Reads the first line. Throws `FeedError.missingColumn`.
  init(firstLine line: UnsafeBufferPointer<UInt8>, file: String) throws {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = line.starts(with: mark) ? UnsafeBufferPointer(rebasing: line[3...]) : line
    let separator = Self.separator(of: text)
    let fields = text.split(separator: separator, omittingEmptySubsequences: false)
    let names = fields.map { Self.name($0) }
    self.separator = separator
    count = names.count
    if let known = Self.known(names) {
      isWithoutHeader = true
      (time, clock, timeKind) = (0, known.clock, known.clock == nil ? .any : .date)
      (open, high, low, close) = (known.first, known.first + 1, known.first + 2, known.first + 3)
      volume = known.first + 4
      return
    }
    isWithoutHeader = false
    func column(_ wanted: [String]) throws -> Int {
      for name in wanted {
        if let index = names.firstIndex(of: name), names.count <= Self.limit { return index }
      }
      throw FeedError.missingColumn(file: file, column: wanted[0], header: shownText(text))
    }
    time = try column(Self.timeNames)
    open = try column(["open"])
    high = try column(["high"])
    low = try column(["low"])
    close = try column(["close"])
    let isDate = names[time] == "date"
    clock = isDate ? names.firstIndex(of: "time") : nil
    timeKind = names[time].hasPrefix("timestamp_ms") ? .milliseconds : isDate ? .date : .any
    let found = Self.volumeNames.lazy.compactMap { names.firstIndex(of: $0) }.first
    volume = found ?? names.firstIndex { $0.hasPrefix("volume") }
    // Indices and currencies have none; their files are told by dates instead of numbers.
    if volume == nil, !isDate { _ = try column(["volume"]) }
  }

  /// The first that is there is taken: `unix` before the `date` that repeats it.
  private static let timeNames = [
    "timestamp_ms_utc", "timestamp_ms", "unix", "unix_timestamp", "timestamp", "open_time", "opentime",
    "open_timestamp",
    "mts", "datetime", "date", "time",
  ]
  private static let volumeNames = ["volume", "tickvol", "tick_volume", "vol"]

  private static func separator(of line: UnsafeBufferPointer<UInt8>) -> UInt8 {
    line.contains(44) ? 44 : line.contains(9) ? 9 : line.contains(59) ? 59 : 44
  }

  /// A name in lower case without quotes, blanks around it and the angle brackets of MetaTrader; blanks in it as `_`.
  private static func name(_ field: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    let kept = field.filter { $0 != 34 && $0 != 60 && $0 != 62 && $0 < 128 }
    let start = kept.firstIndex { $0 != 32 } ?? kept.count
    let end = kept.lastIndex { $0 != 32 }.map { $0 + 1 } ?? start
    let bytes = kept[start..<max(start, end)].map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 == 32 ? 95 : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The layout of a row of numbers that needs no header; nil where the line is a header or could be several things.
  private static func known(_ fields: [String]) -> (clock: Int?, first: Int)? {
    func isNumber(_ text: String) -> Bool {
      !text.isEmpty && text.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || $0 == 46 }
    }
    if fields.count == 12 || fields.count == 7, fields.prefix(7).allSatisfy({ isNumber($0) }),
      !fields[0].contains(".")
    {
      return (nil, 1)
    }
    let isDated = fields[0].utf8.count == 10 && fields[0].utf8.filter { $0 == 46 }.count == 2
    if fields.count == 7, isDated, fields[1].contains(":"), fields.dropFirst(2).allSatisfy({ isNumber($0) }) {
      return (1, 2)
    }
    return nil
  }
}
