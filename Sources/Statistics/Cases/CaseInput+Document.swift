import Core

extension CaseInput {
  /// Reads a whole file. Throws `StatisticsError` with the place of what is not JSON.
  static func document(_ bytes: [UInt8]) throws -> JSONTree {
    do { return try JSONTree.parse(bytes) } catch let error as JSONTreeError {
      // What some writers put where a number is not finite.
      for word in ["NaN", "Infinity", "-Infinity", "Inf"] where bytes.dropFirst(error.offset).starts(with: word.utf8) {
        throw StatisticsError("is not JSON: byte \(error.offset): \(word) is not a finite number")
      }
      throw StatisticsError("is not JSON: \(error)")
    }
  }
}
