import Core
import Features
import HRM

extension Corpus {
  /// Bars of one instrument that a bot compares with the profile at a time, unless somebody says otherwise.
  package static let profileWindowBars = 500

  /// How the features of the bars that train are spread, as a bot sees them: before any normalisation. Nil where no series
  /// has a window's worth of bars, and for features of another kind.
  package func featureProfile(
    windowBars: Int = Self.profileWindowBars, splits: [SeriesSplit]? = nil
  ) -> FeatureProfile? {
    precondition(normaliser == nil, "a profile is of features as they are observed")
    guard series.allSatisfy({ $0.featureCount == FeatureSchema.names.count }) else { return nil }
    var bars = 0
    var times: [Timestamp] = []
    let rows = series.indices.map { index -> [Float] in
      let (series, train) = (series[index], (splits ?? self.splits)[index].train)
      // The first bar at which a bot has a whole window.
      let first = max(train.lowerBound, members[index].knownFrom + FeatureSchema.bars - 1)
      guard first < train.upperBound else { return [] }
      bars += train.upperBound - first
      times += [series.closeTimes[first], series.closeTimes[train.upperBound - 1]]
      let width = series.featureCount
      return Array(series.features[(first * width)..<(train.upperBound * width)])
    }
    guard let from = times.min(), let to = times.max() else { return nil }
    return FeatureProfile.fit(
      rows, names: FeatureSchema.names, windowBars: windowBars,
      source: "\(bars) bars of \(series.count) series, \(from) to \(to), data \(manifest.digest.prefix(16))")
  }
}
