import HRM

/// A slot of the batch: the sample in it and how far it has been thought about. Recurrent states lie in the network.
public struct Lane: Codable, Equatable, Sendable {
  /// What a sample is run for.
  public enum Pass: String, Codable, Sendable {
    /// To be trained, once.
    case single
    /// To be trained and thought through to the end, whatever the halting head says.
    case toTheEnd
    /// To be trained again, with the end known.
    case again
  }
  /// The sample.
  public var sample = LaneSample(start: 0)
  /// Segments so far.
  public var segments = 0
  /// Whether the next step brings another sample, or the same once more.
  public var isHalted = true
  /// Fewest segments.
  public var minimum = 0
  /// What the sample is run for.
  public var pass = Pass.single
  /// Actions of the last segment of a pass to the end, per row.
  public var finalActions: [Int8] = []
}
