import ArgumentParser

/// Reads ranges of seeds.
enum SeedRange {
  /// Reads `A..B` or `A`. Throws a `ValidationError` for anything else, and for more seeds than the most.
  static func read(_ text: String, most: UInt64) throws -> ClosedRange<UInt64> {
    let parts = text.replacing("..", with: " ").split(separator: " ").map { UInt64($0) }
    guard let first = parts.first ?? nil, let last = parts.last ?? nil, parts.count <= 2, first <= last else {
      throw ValidationError("--seeds \(text) is no range of seeds, such as 1..100")
    }
    guard last - first < most else { throw ValidationError("--seeds \(text) are more than \(most)") }
    return first...last
  }
}
