import Foundation

/// The table of all indicators for a file of bars: `hrmbot features indicators --input bars.csv --output out.csv`.
public enum IndicatorTable {
  /// Columns of the input, in this order. The first may also be called `timestamp_ms_utc`.
  public static let inputColumns = ["timestamp_ms", "open", "high", "low", "close", "volume"]
  /// Columns of the output, in this order.
  public static let outputColumns = ["timestamp_ms"] + IndicatorSet.names

  /// Reads bars from the CSV file `input` and writes one row of indicators a bar to `output`; empty = not ready.
  ///
  /// Definitions and seeds are TA-Lib's (unstable period 0). Numbers read back to the same value. The rows appear under
  /// `output` only when all are written; memory does not grow with the file.
  /// - Returns: rows written.
  /// - Throws: `IndicatorTableError`, which names file, line, value and remedy.
  @discardableResult
  public static func run(input: String, output: String) throws -> Int {
    guard input != output else {
      throw IndicatorTableError(
        file: input, line: nil, problem: "is both input and output; name another output", value: nil)
    }
    let reader = try BarTableReader(path: input)
    let partial = output + ".partial"
    do {
      let rows = try write(reader, to: try BufferedFile(path: partial, shownAs: output))
      guard rename(partial, output) == 0 else { throw IndicatorTableError.system(file: output, call: "rename") }
      return rows
    } catch {
      unlink(partial)
      throw error
    }
  }

  private static func write(_ reader: BarTableReader, to file: BufferedFile) throws -> Int {
    try file.write(outputColumns.joined(separator: ",") + "\n")
    var indicators = IndicatorSet()
    var row = [Double?](repeating: nil, count: IndicatorSet.names.count)
    var rows = 0
    while let (milliseconds, bar) = try reader.next() {
      indicators.receive(bar, into: &row)
      var line = String(milliseconds)
      for (value, name) in zip(row, IndicatorSet.names) {
        line += ","
        guard let value else { continue }
        guard value.isFinite else { throw reader.error("\(name) is not a finite number", value: "\(value)") }
        line += "\(value)"
      }
      try file.write(line + "\n")
      rows += 1
    }
    try file.finish()
    return rows
  }
}

/// Why a table could not be made.
public struct IndicatorTableError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Path of the file at fault.
  public let file: String
  /// Line at fault, from 1; nil where the whole file is.
  public let line: Int?
  /// What is wrong, and what would be right.
  public let problem: String
  /// The text found there, cut to 80 characters; nil where there is none.
  public let value: String?

  init(file: String, line: Int?, problem: String, value: String?) {
    self.file = file
    self.line = line
    self.problem = problem
    self.value = value.map { $0.count > 80 ? $0.prefix(80) + "…" : $0 }
  }

  static func system(file: String, call: String) -> IndicatorTableError {
    IndicatorTableError(
      file: file, line: nil, problem: "\(call) failed: \(String(cString: strerror(errno)))", value: nil)
  }

  /// `bars.csv:3: close is not a number; give a decimal such as 101.25 (found "abc")`.
  public var description: String {
    file + (line.map { ":\($0)" } ?? "") + ": " + problem + (value.map { " (found \"\($0)\")" } ?? "")
  }
}

/// Writes text through one buffer.
private final class BufferedFile {
  private static let capacity = 65_536
  private let descriptor: Int32
  private let shownPath: String
  private var buffer: [UInt8] = []

  init(path: String, shownAs shownPath: String) throws {
    self.shownPath = shownPath
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw IndicatorTableError.system(file: shownPath, call: "open") }
    buffer.reserveCapacity(Self.capacity + 4096)
  }

  deinit { close(descriptor) }

  func write(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.capacity { try finish() }
  }

  func finish() throws {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress! + written, $0.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw IndicatorTableError.system(file: shownPath, call: "write") }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
