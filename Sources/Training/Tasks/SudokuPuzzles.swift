import Files
import HRM

/// Sudoku puzzles of 4 x 4 as tokens: 1 is a blank, 2...5 are the digits 1...4.
package struct SudokuPuzzles: Sendable {
  /// Cells of a grid.
  package static let cells = 16
  /// Largest file that is read, in bytes.
  static let maxFileBytes = 64 << 20
  /// [puzzles, 16].
  package let puzzles: [Int], solutions: [Int]
  /// Number of puzzles.
  package var count: Int { puzzles.count / Self.cells }

  /// Reads a file with the header `puzzle,solution` and 16 digits each in a row, 0 for a blank. Throws a
  /// `TrainingError` that names the line.
  package init(path: String) throws {
    let bytes: [UInt8]
    do { bytes = try BoundedFile.read(path, limit: Self.maxFileBytes) } catch { throw TrainingError("\(error)") }
    var puzzles: [Int] = []
    var solutions: [Int] = []
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: true)
    guard let header = lines.first, String(decoding: header, as: UTF8.self).hasPrefix("puzzle,solution") else {
      throw TrainingError("\(path):1: the header puzzle,solution is missing")
    }
    for (index, line) in lines.enumerated().dropFirst() {
      let fields = line.split(separator: 44, omittingEmptySubsequences: false)
      guard fields.count == 2, let puzzle = Self.tokens(fields[0], blank: true),
        let solution = Self.tokens(fields[1], blank: false)
      else {
        let text = String(decoding: line.prefix(80), as: UTF8.self)
        throw TrainingError("\(path):\(index + 1): \(text): expected 16 digits 0...4, a comma and 16 digits 1...4")
      }
      puzzles += puzzle
      solutions += solution
    }
    guard !puzzles.isEmpty else { throw TrainingError("\(path): no puzzles") }
    self.puzzles = puzzles
    self.solutions = solutions
  }

  private static func tokens(_ text: ArraySlice<UInt8>, blank: Bool) -> [Int]? {
    var text = text
    if text.last == 13 { text.removeLast() }
    guard text.count == cells else { return nil }
    let tokens = text.map { Int($0) - 47 }
    return tokens.allSatisfy { ((blank ? 1 : 2)...5).contains($0) } ? tokens : nil
  }

  /// The tokens of some puzzles.
  func inputs(_ numbers: Range<Int>) -> TrainingInputs {
    TrainingInputs(
      count: numbers.count,
      tokens: Array(puzzles[(numbers.lowerBound * Self.cells)..<(numbers.upperBound * Self.cells)]))
  }
}
