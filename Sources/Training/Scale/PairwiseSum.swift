/// Sums over processes in pairs: neighbours first, then neighbours of pairs, and so on. Since a + b = b + a to the bit,
/// all end with the same sum; where each has an equal part of the batch, it is the sum that one process makes of it (see
/// `TrainingNetwork`).
package enum PairwiseSum {
  /// Numbers that are exchanged at a time.
  package static let pieceCount = 1 << 20

  /// Adds up the numbers of all processes, in each of them.
  ///
  /// - Parameters:
  ///   - count: of the processes, a power of two.
  ///   - swap: sends numbers to a process and receives as many of it.
  package static func add(
    _ numbers: UnsafeMutableBufferPointer<Float>, rank: Int, count: Int,
    swap: (_ partner: Int, _ own: UnsafeBufferPointer<Float>, _ other: UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    precondition(count.nonzeroBitCount == 1 && (0..<count).contains(rank), "process \(rank) of \(count)")
    withUnsafeTemporaryAllocation(of: Float.self, capacity: min(pieceCount, numbers.count)) { room in
      var distance = 1
      while distance < count {
        for first in stride(from: 0, to: numbers.count, by: pieceCount) {
          let piece = UnsafeMutableBufferPointer(
            rebasing: numbers[first..<min(first + pieceCount, numbers.count)])
          let other = UnsafeMutableBufferPointer(rebasing: room[..<piece.count])
          swap(rank ^ distance, UnsafeBufferPointer(piece), other)
          for index in piece.indices { piece[index] += other[index] }
        }
        distance *= 2
      }
    }
  }

  /// Adds up a few numbers of each process, given all of them one process after the other, in that order.
  package static func add(_ all: [Double], count: Int) -> [Double] {
    let width = all.count / count
    return (0..<width).map { index in
      (1..<count).reduce(all[index]) { $0 + all[$1 * width + index] }
    }
  }
}
