extension FeatureProfile {
  /// A profile of recorded bars: deciles of each feature as bins, and the largest index of any window.
  ///
  /// - Parameters:
  ///   - series: for each instrument its bars' numbers, row after row, oldest first. Windows do not cross instruments.
  ///   - source: what the bars are, in words.
  /// - Returns: nil when no series fills a window.
  public static func fit(_ series: [[Float]], names: [String], windowBars: Int, source: String) -> FeatureProfile? {
    let width = names.count
    let rows = series.reduce(0) { $0 + $1.count / width }
    guard rows > 0, series.contains(where: { $0.count / width >= windowBars }) else { return nil }
    var edges: [[Float]] = []
    for feature in 0..<width {
      var values: [Float] = []
      values.reserveCapacity(rows)
      for numbers in series {
        for place in stride(from: feature, to: numbers.count, by: width) { values.append(numbers[place]) }
      }
      values.sort()
      edges.append((1..<bins).map { values[min(values.count - 1, $0 * values.count / bins)] })
    }
    let empty = FeatureProfile(
      names: names, edges: edges, counts: [], windowBars: windowBars, windows: 0, highestIndex: 0, source: source)
    var whole = FeatureCounts(featureCount: width)
    var windows: [FeatureCounts] = []
    for numbers in series {
      var window = FeatureCounts(featureCount: width)
      for start in stride(from: 0, through: numbers.count - width, by: width) {
        let row = numbers[start..<(start + width)]
        whole.add(row, empty)
        window.add(row, empty)
        guard window.bars == windowBars else { continue }
        windows.append(window)
        window = FeatureCounts(featureCount: width)
      }
    }
    let counts = (0..<width).map { Array(whole.counts[($0 * bins)..<(($0 + 1) * bins)]) }
    func profile(_ windows: Int, _ highest: Double) -> FeatureProfile {
      FeatureProfile(
        names: names, edges: edges, counts: counts, windowBars: windowBars, windows: windows, highestIndex: highest,
        source: source)
    }
    let reference = profile(0, 0)
    let highest = windows.map { reference.meanIndex(of: $0.counts) }.max() ?? 0
    return profile(windows.count, highest)
  }

  /// The mean index over all features.
  public func meanIndex(of observed: [Int]) -> Double {
    let indices = indices(of: observed)
    return indices.reduce(0, +) / Double(max(1, indices.count))
  }
}
