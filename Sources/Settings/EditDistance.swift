/// Finds the name that a misspelt one was probably meant to be.
package enum EditDistance {
  /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1 each.
  /// At most the first 128 characters count.
  package static func between(_ left: String, _ right: String) -> Int {
    let a = Array(left.utf8.prefix(128)), b = Array(right.utf8.prefix(128))
    guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [i] + [Int](repeating: 0, count: b.count)
      for j in 1...b.count {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], beforeLast[j - 2] + 1) }
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }

  /// The candidate nearest to `name`, the first of equals; nil when none is near enough to be meant.
  package static func nearest(to name: String, among candidates: [String]) -> String? {
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let distance = between(name.lowercased(), candidate.lowercased())
      if distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    guard let best, best.distance <= max(2, name.utf8.count / 3) else { return nil }
    return best.name
  }
}
