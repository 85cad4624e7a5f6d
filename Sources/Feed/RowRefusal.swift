import Core

/// Why a row is none of those that the file should have.
struct RowRefusal: Error {
  /// Name of the column; empty for the whole row.
  var column: String
  /// The text found, made safe to show.
  var value: String
  var reason: RowFault

  init(_ column: StaticString, _ text: UnsafeBufferPointer<UInt8>, _ reason: RowFault) {
    self.column = "\(column)"
    value = shownText(text)
    self.reason = reason
  }

  /// A number that could not be read.
  init(_ column: StaticString, _ text: UnsafeBufferPointer<UInt8>, _ error: any Error) {
    let reason: RowFault =
      switch error as? DecimalError {
      case .overflow: .overflow
      case .tooManyDecimals(_, let limit): .tooManyDecimals(limit: limit)
      default: .notANumber
      }
    self.init(column, text, reason)
  }
}
