/// Sums of rows that share a number, over the lanes that used them: chunk by chunk, the sums of chunks added in the tree
/// of all other gradients.
struct RowSums {
  /// One use of a row by a lane.
  struct Use {
    let row: Int
    let lane: Int
    let source: UnsafePointer<Float>
    fileprivate var chunk: Int { lane / TrainingNetwork.chunkLanes }
  }
  let width: Int
  /// By row, then in the order given, which is that of the lanes.
  private let uses: [Use]
  private let groups: [Range<Int>]
  private let chunks: Int

  init(width: Int, _ given: [Use]) {
    self.width = width
    uses = given.enumerated().sorted { ($0.element.row, $0.offset) < ($1.element.row, $1.offset) }.map(\.element)
    var groups: [Range<Int>] = []
    var first = 0
    for index in uses.indices where index == uses.count - 1 || uses[index + 1].row != uses[index].row {
      groups.append(first..<(index + 1))
      first = index + 1
    }
    self.groups = groups
    chunks = (given.map(\.chunk).max() ?? 0) + 1
  }

  /// Calls `body` with the number and the sum of every row that was used, in ascending order.
  func forEach(_ body: (Int, [Float]) -> Void) {
    for group in groups { body(uses[group.lowerBound].row, sum(group, 0..<chunks)) }
  }

  /// Chunks in the left branch of a tree of at least two, as `kernels_train_weight_gradient` parts them.
  private static func leftPart(of count: Int) -> Int {
    if count % 2 == 0 { return count / 2 }
    var left = 1
    while left * 2 < count { left *= 2 }
    return left
  }

  private func sum(_ group: Range<Int>, _ chunks: Range<Int>) -> [Float] {
    if chunks.count > 1 {
      let middle = chunks.lowerBound + Self.leftPart(of: chunks.count)
      let split = group.first { uses[$0].chunk >= middle } ?? group.upperBound
      // A chunk without uses adds nothing.
      if split == group.upperBound { return sum(group, chunks.lowerBound..<middle) }
      if split == group.lowerBound { return sum(group, middle..<chunks.upperBound) }
      let before = sum(group.lowerBound..<split, chunks.lowerBound..<middle)
      let after = sum(split..<group.upperBound, middle..<chunks.upperBound)
      return zip(before, after).map(+)
    }
    var result = [Float](repeating: 0, count: width)
    for use in group {
      for component in 0..<width { result[component] += uses[use].source[component] }
    }
    return result
  }
}
