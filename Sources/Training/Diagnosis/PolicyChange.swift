import Core

/// How far apart two answers to the same rows are, over all rows.
package struct PolicyChange: Equatable, Sendable {
  /// Share of the rows whose surest action differs.
  package var actions: Double
  /// Mean distance of the probabilities of the actions, from 0 to 1.
  package var shift: Double

  /// The change from some records after a segment to others of the same bars; nil without a bar that can be decided.
  package init?(
    _ series: [TradingSeries], from old: [ThinkingRecord], after oldSegment: Int, to new: [ThinkingRecord],
    after newSegment: Int
  ) {
    var (changed, count) = (0, 0)
    var shift = 0.0
    for (series, pair) in zip(series, zip(old, new)) {
      for bar in pair.0.bars where series.isDecidable[bar] {
        for position in PositionSide.inOrder {
          let isSame =
            pair.0.action(after: oldSegment, bar: bar, position) == pair.1.action(after: newSegment, bar: bar, position)
          changed += isSame ? 0 : 1
          count += 1
          let distance = pair.1.distance(after: newSegment, from: pair.0, after: oldSegment, bar: bar, position)
          // Weights may lead to logits that are no numbers.
          shift += distance.isFinite ? distance : 1
        }
      }
    }
    guard count > 0 else { return nil }
    (actions, self.shift) = (Double(changed) / Double(count), shift / Double(count))
  }
}
