import Core

/// What a decision record says beyond decision, observation and verdict.
public struct DecisionContext: Sendable {
  /// What it is about.
  public var instrument: Instrument
  /// `live`, `paper`, `backtest`, `shadow` or `replay`.
  public var mode: String
  /// Sequence number of the input record that led to the decision.
  public var inputSequence: UInt64
  /// When it was decided.
  public var at: Timestamp
  /// SHA-256 of the network features; nil when there were none.
  public var featuresHash: [UInt8]?
  /// Hash of the feature list.
  public var featureSchema: String

  /// A context as given.
  public init(
    instrument: Instrument, mode: String, inputSequence: UInt64, at: Timestamp, featuresHash: [UInt8]?,
    featureSchema: String
  ) {
    self.instrument = instrument
    self.mode = mode
    self.inputSequence = inputSequence
    self.at = at
    self.featuresHash = featuresHash
    self.featureSchema = featureSchema
  }
}
