/// Where the columns of a bar stand in a row, found by their names in the header.
struct RowColumns {
  /// More columns than this are no bar file.
  static let limit = 64

  let count: Int
  let time: Int
  let open: Int
  let high: Int
  let low: Int
  let close: Int
  let volume: Int

  /// Reads a header. Throws `FeedError.missingColumn`.
  init(header line: UnsafeBufferPointer<UInt8>, file: String) throws {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = line.starts(with: mark) ? UnsafeBufferPointer(rebasing: line[3...]) : line
    let names = text.split(separator: 44, omittingEmptySubsequences: false).map { name in
      String(decoding: name.filter { $0 != 32 && $0 != 34 }, as: UTF8.self)
    }
    func column(_ wanted: String...) throws -> Int {
      for name in wanted {
        if let index = names.firstIndex(of: name), names.count <= Self.limit { return index }
      }
      throw FeedError.missingColumn(file: file, column: wanted[0], header: shownText(text))
    }
    time = try column("timestamp_ms_utc", "timestamp_ms")
    open = try column("open")
    high = try column("high")
    low = try column("low")
    close = try column("close")
    volume = try column("volume")
    count = names.count
  }
}
