import Core
import HRM

/// Features of the last bars of each instrument, counted into the bins of a policy's profile.
///
/// Every full window is compared with the profile as a whole, as the windows of the training data were when the profile
/// was made; then the next one begins.
public struct DriftWindow: Hashable, Sendable, Codable {
  /// Counts of one instrument.
  public struct Instrument: Hashable, Sendable, Codable {
    /// Its index.
    public var instrument: Int
    /// Bars of the window that is not full yet.
    public var counts: FeatureCounts
  }

  /// What a full window said.
  struct Finding {
    /// Mean index over all features.
    var index: Double
    /// Feature with the largest index, and that.
    var worst: Int
    var worstIndex: Double
  }

  /// Instruments in the order in which they were first seen.
  public private(set) var instruments: [Instrument]

  /// No bars.
  public init() { instruments = [] }

  /// Counts the newest bar of an observation; what the window says when that fills it.
  mutating func observe(_ observation: Observation, _ profile: FeatureProfile) -> Finding? {
    let width = profile.names.count
    guard observation.window.count >= width else { return nil }
    let number = Int(observation.instrument.index)
    var empty: FeatureCounts { FeatureCounts(featureCount: width) }
    let place = instruments.firstIndex { $0.instrument == number } ?? instruments.count
    if place == instruments.count { instruments.append(Instrument(instrument: number, counts: empty)) }
    // A profile of another shape than that of the run before.
    if instruments[place].counts.counts.count != width * FeatureProfile.bins { instruments[place].counts = empty }
    instruments[place].counts.add(observation.window.suffix(width), profile)
    guard instruments[place].counts.bars >= profile.windowBars else { return nil }
    let indices = profile.indices(of: instruments[place].counts.counts)
    instruments[place].counts = empty
    let worst = indices.enumerated().max { $0.element < $1.element } ?? (0, 0)
    return Finding(index: indices.reduce(0, +) / Double(width), worst: worst.offset, worstIndex: worst.element)
  }
}
