/// Sequences whose rows are computed together, one behind the other.
struct SequenceList {
  /// For each of them its place in the call, by which its injection is found.
  let places: UnsafePointer<Int>
  let count: Int
  /// For each place of the call the slot in which its states are kept.
  let slots: UnsafePointer<Int>
  /// Positions of a sequence.
  let positions: Int

  var rows: Int { count * positions }

  /// Calls `body(row, place, position, count)` for the longest runs of rows that belong to one sequence.
  @inline(__always)
  func forEachRun(_ rows: Range<Int>, _ body: (Int, Int, Int, Int) -> Void) {
    var row = rows.lowerBound
    while row < rows.upperBound {
      let position = row % positions
      let count = min(positions - position, rows.upperBound - row)
      body(row, places[row / positions], position, count)
      row += count
    }
  }
}
