/// Reads a CSV file of bars as floating-point numbers and refuses everything that is not one.
final class BarTableReader {
  private let path: String
  private let lines: LineReader
  private var lastMilliseconds: Int64?

  /// Opens a file and checks its header.
  init(path: String) throws {
    self.path = path
    do { lines = try LineReader(path: path) } catch LineReader.Failure.system(let text) {
      throw IndicatorTableError(file: path, line: nil, problem: "cannot be opened: \(text)", value: nil)
    }
    guard let header = try line({ String(decoding: $0, as: UTF8.self) }) else {
      throw IndicatorTableError(
        file: path, line: nil, problem: "is empty; the first line must be \(Self.header)", value: nil)
    }
    var names = header.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if names.first == "timestamp_ms_utc" { names[0] = "timestamp_ms" }
    guard names == IndicatorTable.inputColumns else {
      let missing = IndicatorTable.inputColumns.filter { !names.contains($0) }
      let what = missing.isEmpty ? "" : "misses \(missing.joined(separator: ", ")); "
      throw error("the header \(what)it must be \(Self.header)", value: header)
    }
  }

  private static let header = IndicatorTable.inputColumns.joined(separator: ",")

  /// An error at the line read last.
  func error(_ problem: String, value: String?) -> IndicatorTableError {
    IndicatorTableError(file: path, line: lines.lineNumber, problem: problem, value: value)
  }

  /// The next bar; nil at the end of the file.
  func next() throws -> (milliseconds: Int64, bar: BarValues)? {
    try line { bytes in
      let fields = bytes.split(separator: 44, omittingEmptySubsequences: false)
      guard fields.count == IndicatorTable.inputColumns.count else {
        throw error("\(fields.count) fields; there must be 6: \(Self.header)", value: text(bytes))
      }
      let milliseconds = try timestamp(fields[0])
      let bar = BarValues(
        open: try number(fields[1], "open"), high: try number(fields[2], "high"), low: try number(fields[3], "low"),
        close: try number(fields[4], "close"), volume: try number(fields[5], "volume"))
      try check(bar, text(bytes))
      return (milliseconds, bar)
    }
  }

  private func line<Result>(_ body: (Slice<UnsafeBufferPointer<UInt8>>) throws -> Result) throws -> Result? {
    do { return try lines.next(body) } catch LineReader.Failure.tooLong {
      throw error("the line is longer than \(LineReader.maximumLength) bytes; a bar needs far less", value: nil)
    } catch LineReader.Failure.system(let text) {
      throw IndicatorTableError(file: path, line: nil, problem: "cannot be read: \(text)", value: nil)
    }
  }

  private func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

  private func timestamp(_ field: Slice<UnsafeBufferPointer<UInt8>>) throws -> Int64 {
    guard let value = Int64(text(field)) else {
      throw error("timestamp_ms is not a whole number of milliseconds since 1970", value: text(field))
    }
    if let lastMilliseconds, value <= lastMilliseconds {
      throw error("timestamp_ms is not above \(lastMilliseconds) of the row before; sort the rows", value: text(field))
    }
    lastMilliseconds = value
    return value
  }

  private func number(_ field: Slice<UnsafeBufferPointer<UInt8>>, _ name: String) throws -> Double {
    // Double's own parser also takes "nan", "inf" and hexadecimal, which no market prints.
    let isDecimal = field.allSatisfy { $0 >= 48 && $0 <= 57 || [43, 45, 46, 69, 101].contains($0) }
    guard isDecimal, let value = Double(text(field)), value.isFinite else {
      throw error("\(name) is not a number; give a decimal such as 101.25", value: text(field))
    }
    return value
  }

  private func check(_ bar: BarValues, _ line: String) throws {
    guard bar.low > 0 else { throw error("prices must be above 0", value: line) }
    guard bar.low <= min(bar.open, bar.close), bar.high >= max(bar.open, bar.close) else {
      throw error("low and high must hold open and close", value: line)
    }
    guard bar.volume >= 0 else { throw error("volume must not be below 0", value: line) }
  }
}
