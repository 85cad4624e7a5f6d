import Foundation

/// How often each number of a bar fell into each bin where a policy was trained: what the bars of today are compared
/// with.
///
/// Today's counts over `windowBars` bars of one instrument give the population stability index (PSI) of each feature,
/// and the mean over all features. Bars that follow one another are alike, so even the training data's own windows
/// differ from the whole: the largest index among them is part of the profile, and only more than that is drift.
public struct FeatureProfile: Codable, Equatable, Hashable, Sendable {
  /// Bins of each feature.
  public static let bins = 10
  /// Lengths of a window that are taken.
  public static let windowRange = 20...10_000

  /// Names of the features, in their order.
  public let names: [String]
  /// For each feature the nine edges between its bins, rising. A value equal to an edge lies below it.
  public let edges: [[Float]]
  /// For each feature how many bars of the training data fell into each bin.
  public let counts: [[Int]]
  /// Bars of one instrument that are compared with the profile at a time.
  public let windowBars: Int
  /// Windows of the training data that were compared with the whole of it.
  public let windows: Int
  /// The largest index among those windows.
  public let highestIndex: Double
  /// What it was made from, in words.
  public let source: String

  enum CodingKeys: String, CodingKey {
    case names, edges, counts
    case windowBars = "window_bars"
    case windows
    case highestIndex = "highest_index"
    case source
  }

  /// A profile as given; see `fault(featureCount:)`.
  public init(
    names: [String], edges: [[Float]], counts: [[Int]], windowBars: Int, windows: Int, highestIndex: Double,
    source: String
  ) {
    self.names = names
    self.edges = edges
    self.counts = counts
    self.windowBars = windowBars
    self.windows = windows
    self.highestIndex = highestIndex
    self.source = source
  }

  /// What is wrong with it for bars of so many numbers; nil: nothing.
  public func fault(featureCount: Int) -> String? {
    guard names.count == featureCount, edges.count == featureCount, counts.count == featureCount else {
      return "has \(names.count) names, \(edges.count) edges and \(counts.count) counts, expected \(featureCount) each"
    }
    for (feature, row) in edges.enumerated() {
      guard row.count == Self.bins - 1, row.allSatisfy(\.isFinite), zip(row, row.dropFirst()).allSatisfy({ $0 <= $1 })
      else { return "edges of feature \(feature) are not \(Self.bins - 1) rising numbers" }
    }
    let total = counts.first?.reduce(0, { $0 &+ max(0, $1) }) ?? 0
    for (feature, row) in counts.enumerated() {
      guard row.count == Self.bins, row.allSatisfy({ (0...1 << 40).contains($0) }), row.reduce(0, +) == total else {
        return "counts of feature \(feature) are not \(Self.bins) counts of the same \(total) bars"
      }
    }
    guard Self.windowRange.contains(windowBars) else { return "window_bars is \(windowBars), not \(Self.windowRange)" }
    guard total >= windowBars, windows >= 1 else {
      return "was made from \(total) bars in \(windows) windows, at least one window of \(windowBars) is needed"
    }
    guard highestIndex.isFinite, highestIndex >= 0 else { return "highest_index is \(highestIndex)" }
    return nil
  }

  /// The bin of a feature's value, 0..<`bins`.
  @inlinable public func bin(_ value: Float, feature: Int) -> Int {
    var bin = 0
    for edge in edges[feature] where value > edge { bin += 1 }
    return bin
  }

  /// The index of each feature for the counts of some bars, feature after feature. Half a bar is added to every bin, so
  /// that an empty one makes no infinity.
  public func indices(of observed: [Int]) -> [Double] {
    precondition(observed.count == counts.count * Self.bins)
    return counts.enumerated().map { feature, reference in
      let seen = observed[(feature * Self.bins)..<((feature + 1) * Self.bins)]
      let all = Double(seen.reduce(0, +)) + 0.5 * Double(Self.bins)
      let referenceAll = Double(reference.reduce(0, +)) + 0.5 * Double(Self.bins)
      var index = 0.0
      for (now, then) in zip(seen, reference) {
        let share = (Double(now) + 0.5) / all, expected = (Double(then) + 0.5) / referenceAll
        index += (share - expected) * log(share / expected)
      }
      return index
    }
  }
}

/// Counts of bars by feature and bin.
public struct FeatureCounts: Hashable, Sendable, Codable {
  /// Bars counted.
  public private(set) var bars = 0
  /// Feature after feature, bin after bin.
  public private(set) var counts: [Int]

  /// No bars.
  public init(featureCount: Int) { counts = Array(repeating: 0, count: featureCount * FeatureProfile.bins) }

  /// Counts one bar: as many numbers as the profile has features.
  public mutating func add(_ row: ArraySlice<Float>, _ profile: FeatureProfile) {
    precondition(row.count * FeatureProfile.bins == counts.count)
    for (feature, value) in row.enumerated() {
      counts[feature * FeatureProfile.bins + profile.bin(value, feature: feature)] += 1
    }
    bars += 1
  }
}
