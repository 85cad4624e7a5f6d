import Core

/// What makes a market data file, or a combination of them, unusable.
public enum FeedError: Error, Equatable, Sendable {
  /// The file cannot be opened or read.
  case unreadable(file: String, reason: String)
  /// The compressed data are cut short or damaged at this byte of the file.
  case corrupt(file: String, byteOffset: Int, reason: String)
  /// The file has no byte, or a header and no row that could be used.
  case empty(file: String, reason: String)
  /// The first line does not name a column that is needed.
  case missingColumn(file: String, column: String, header: String)
  /// A line is longer than any bar's.
  case lineTooLong(file: String, line: Int, limit: Int)
  /// The length of the file's bars could not be found, or is not the one expected.
  case timeframe(file: String, expected: Timeframe?, found: Timeframe?)
  /// Bars of one length do not make up bars of the other.
  case cannotAggregate(source: Timeframe, target: Timeframe)
  /// Two files have bars of one instrument.
  case duplicateInstrument(file: String, otherFile: String)
  /// The directory's index is no index, or too large.
  case badIndex(file: String, reason: String)
}

extension FeedError: CustomStringConvertible {
  /// File, place, what is wrong and what to do.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .corrupt(let file, let offset, let reason):
      "\(file): damaged at byte \(offset): \(reason); get the file anew"
    case .empty(let file, let reason): "\(file): \(reason)"
    case .missingColumn(let file, let column, let header):
      "\(file):1: no column '\(column)' in the header '\(header)'; "
        + "the header must name timestamp_ms_utc (or timestamp_ms), open, high, low, close and volume"
    case .lineTooLong(let file, let line, let limit):
      "\(file):\(line): the line is longer than \(limit) bytes; this is no file of bars"
    case .timeframe(let file, let expected, nil):
      "\(file): too few rows to tell the length of a bar"
        + (expected == nil ? "; name the timeframe" : ", or rows out of order")
    case .timeframe(let file, let expected, .some(let found)):
      "\(file): bars of \(found)" + (expected.map { ", but \($0) was asked for" } ?? "")
    case .cannotAggregate(let source, let target):
      "bars of \(source) do not make up bars of \(target); choose a multiple of \(source)"
    case .duplicateInstrument(let file, let other): "\(file): same instrument as \(other); leave one of them out"
    case .badIndex(let file, let reason): "\(file): \(reason)"
    }
  }
}
