/// Fewer points that look the same: of each stretch the lowest and the highest, in the order of time, and both ends.
package enum Decimation {
  /// Places of at most about `limit` points of a curve that are kept.
  package static func places(_ values: [Double], limit: Int) -> [Int] {
    guard values.count > limit, limit >= 4 else { return Array(values.indices) }
    let stretches = (limit - 2) / 2
    var kept = [0]
    for stretch in 0..<stretches {
      let range = (stretch * values.count / stretches)..<((stretch + 1) * values.count / stretches)
      var (low, high) = (range.lowerBound, range.lowerBound)
      for place in range {
        if values[place] < values[low] { low = place }
        if values[place] > values[high] { high = place }
      }
      for place in [min(low, high), max(low, high)] where place > kept[kept.count - 1] { kept.append(place) }
    }
    if kept[kept.count - 1] != values.count - 1 { kept.append(values.count - 1) }
    return kept
  }
}
