/// Finds the name that a misspelt one was probably meant to be.
package enum EditDistance {
  /// At most so much of a name counts.
  private static let maximumBytes = 128

  /// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1 each.
  /// At most the first 128 bytes count.
  package static func between(_ left: String, _ right: String) -> Int {
    let a = Array(left.utf8.prefix(maximumBytes)), b = Array(right.utf8.prefix(maximumBytes))
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
    let wanted = name.lowercased()
    let length = wanted.utf8.prefix(maximumBytes).count
    var best: String?
    var limit = max(2, name.utf8.count / 3)
    for candidate in candidates {
      // Lengths that differ by more rule a candidate out unseen: a file of long unknown names must not take seconds.
      guard abs(length - candidate.utf8.prefix(maximumBytes).count) <= limit else { continue }
      let distance = between(wanted, candidate.lowercased())
      guard distance <= limit else { continue }
      best = candidate
      if distance == 0 { break }
      limit = distance - 1
    }
    return best
  }
}
