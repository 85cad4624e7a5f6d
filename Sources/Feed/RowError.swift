import Core

/// A row that was refused, and why. Rows are never repaired.
public struct RowError: Hashable, Sendable {
  /// File name as given.
  public var file: String
  /// Line, counting the header as 1.
  public var line: Int
  /// Name of the column, or empty when the whole row is wrong.
  public var column: String
  /// The text found, shortened, with bytes that are not printable ASCII shown as `\xNN`.
  public var value: String
  /// What is wrong with it.
  public var reason: RowFault
}

extension RowError: CustomStringConvertible {
  /// `file:line: column 'value': reason`.
  public var description: String {
    "\(file):\(line): \(column.isEmpty ? "row" : column) '\(value)': \(reason)"
  }
}

/// What can be wrong with a row.
public enum RowFault: Hashable, Sendable {
  /// Not as many columns as the header has.
  case columnCount(expected: Int, found: Int)
  /// No decimal number.
  case notANumber
  /// More decimals than prices hold.
  case tooManyDecimals(limit: Int)
  /// Too large a number.
  case overflow
  /// A price of zero or below.
  case notPositive
  /// No moment in any form that is known.
  case notATime
  /// Neither `true` nor `false`.
  case notTrueOrFalse
  /// A time outside the years 1 to 9999.
  case timeOutOfRange
  /// High and low do not hold open and close, or the volume is negative.
  case impossible
  /// The time of the row before.
  case duplicate
  /// A time before the end of the bar before.
  case disorder
  /// The number of a trade given before.
  case repeatedTrade
  /// A trade before the one before it.
  case earlierTrade
  /// The last line of a plain file does not end: it may be cut off in the middle of a number.
  case unfinished
}

extension RowFault: CustomStringConvertible {
  /// One sentence, with the remedy where there is one.
  public var description: String {
    switch self {
    case .columnCount(let expected, let found): "\(found) columns where the header has \(expected)"
    case .notANumber: "not a number"
    case .tooManyDecimals(let limit): "more than \(limit) decimals"
    case .overflow: "too large"
    case .notPositive: "a price must be above zero"
    case .notATime: "no time: write UTC as 2024-03-01 13:00:00, or as seconds or milliseconds since 1970"
    case .notTrueOrFalse: "neither true nor false"
    case .timeOutOfRange: "no time between the years 1 and 9999 (UTC)"
    case .impossible: "high and low must hold open and close, and volume must not be negative"
    case .duplicate: "the same time as the bar before"
    case .disorder: "begins before the bar before has ended; sort the file by time"
    case .repeatedTrade: "its number is not above that of the trade before"
    case .earlierTrade: "earlier than the trade before; sort the file by time"
    case .unfinished: "the last line has no end and may be cut off; end the file with a line break"
    }
  }
}

/// Text from a file made safe to show: at most 64 bytes, no control characters.
func shownText(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
  var text = ""
  for byte in bytes.prefix(64) {
    if byte >= 32, byte < 127 {
      text.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
  return bytes.count > 64 ? text + "…" : text
}
