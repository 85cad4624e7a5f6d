import Core

/// The trades of one recorded file: CSV, plain or gzip, as Binance publishes trades and aggregated trades, with or
/// without a header; see `TradeLayout`. Times are milliseconds or microseconds since 1970, the latter cut to milliseconds.
///
/// The file is streamed; memory does not grow with it. Rows that are no trades, come twice (by number) or go back in time
/// are refused and counted, never repaired. Damage of the file itself is an error.
public final class TradeFile: TradeSource {
  /// What was read and refused so far. `rows` is the sum of `trades`, `badRows`, `duplicates` and `disorder`.
  public struct Quality: Hashable, Sendable, Codable {
    /// Rows that arrived.
    public var rows = 0
    /// Trades given.
    public var trades = 0
    /// Rows that are no trade.
    public var badRows = 0
    /// Trades whose number is not above the one before.
    public var duplicates = 0
    /// Trades before the one before in time.
    public var disorder = 0

    /// Nothing counted yet.
    public init() {}
  }

  /// Path as given.
  public let path: String
  /// The instrument that the trades are given.
  public let instrument: InstrumentID
  /// What was read and refused so far.
  public private(set) var quality = Quality()
  /// The first rows refused, at most as many as were asked for.
  public private(set) var rowErrors: [RowError] = []

  private let lines: LineReader
  private let parser: TradeParser
  private let rejectLimit: Int
  private var lastTime = Timestamp(milliseconds: .min)
  private var lastID = Int64(-1)
  private let hasIDs: Bool

  /// Opens a file and reads its first line.
  ///
  /// - Parameter rejects: Number of refused rows to remember; all are counted.
  /// - Throws: `FeedError`.
  public init(path: String, instrument: InstrumentID, rejects: Int = 20) throws {
    self.path = path
    self.instrument = instrument
    rejectLimit = rejects
    lines = try LineReader(path: path)
    guard let first = try lines.next() else { throw FeedError.empty(file: path, reason: "the file is empty") }
    let layout = try TradeLayout(firstLine: first, file: path)
    if layout.isWithoutHeader { lines.putBack(first) }
    parser = TradeParser(layout)
    hasIDs = layout.id != nil
  }

  /// The next trade in order; nil at the end. Throws `FeedError` where the file is damaged.
  public func next() throws -> Trade? {
    while true {
      let row: TradeParser.Row
      if let (plain, end) = parser.quick(at: lines.unread, instrument: instrument) {
        lines.take(upTo: end)
        quality.rows += 1
        row = plain
      } else {
        guard let other = try nextParsed() else { return nil }
        row = other
      }
      guard !hasIDs || row.id > lastID else {
        quality.duplicates += 1
        remember("id", "\(row.id)", .repeatedTrade)
        continue
      }
      guard row.trade.time >= lastTime else {
        quality.disorder += 1
        remember("time", "\(row.trade.time.milliseconds)", .earlierTrade)
        continue
      }
      if hasIDs { lastID = row.id }
      lastTime = row.trade.time
      quality.trades += 1
      return row.trade
    }
  }

  /// The next row that is a trade, of whatever kind.
  @inline(never)
  private func nextParsed() throws -> TradeParser.Row? {
    while let line = try lines.next() {
      quality.rows += 1
      do throws(RowRefusal) {
        guard lines.isFinished || lines.isChecked else { throw RowRefusal("", line, .unfinished) }
        return try parser.row(line, instrument: instrument)
      } catch {
        quality.badRows += 1
        remember(error.column, error.value, error.reason)
      }
    }
    return nil
  }

  private func remember(_ column: String, _ value: @autoclosure () -> String, _ reason: RowFault) {
    guard rowErrors.count < rejectLimit else { return }
    rowErrors.append(RowError(file: path, line: lines.line, column: column, value: value(), reason: reason))
  }
}
