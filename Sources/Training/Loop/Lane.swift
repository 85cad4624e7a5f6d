import HRM

/// A slot of the batch: the sample in it and how far it has been thought about. Recurrent states lie in the network.
package struct Lane: Codable, Equatable, Sendable {
  /// What a sample is run for.
  package enum Pass: String, Codable, Sendable {
    /// To be trained, once.
    case single
    /// To be trained and thought through to the end, whatever the halting head says.
    case toTheEnd
    /// To be trained again, with the end known.
    case again
  }
  /// The sample.
  package var sample = LaneSample(start: 0)
  /// Segments so far.
  package var segments = 0
  /// Whether the next step brings another sample, or the same once more.
  package var isHalted = true
  /// Fewest segments.
  package var minimum = 0
  /// What the sample is run for.
  package var pass = Pass.single
  /// Actions of the last segment of a pass to the end, per row.
  package var finalActions: [Int8] = []
}
