/// What execution has seen so far. Names are part of records and metrics.
public struct ExecutionCounters: Hashable, Sendable, Codable {
  /// Orders of decisions taken on.
  public var intents = 0
  /// Decisions that came again, refused.
  public var duplicateIntents = 0
  /// Orders refused before they left.
  public var gateRefusals = 0
  /// Protective stops sent.
  public var stopsPlaced = 0
  /// Protective stops refused or ended again and again by the venue.
  public var stopsRefused = 0
  /// Orders that ended, by how.
  public var filled = 0, cancelled = 0, rejected = 0, expired = 0
  /// Submissions without a trusted answer.
  public var unknownOutcomes = 0
  /// Fills counted.
  public var fills = 0
  /// Fills that came again.
  public var duplicateFills = 0
  /// Fills too old to tell whether they were counted.
  public var staleFills = 0
  /// Fills of orders that execution does not know.
  public var foreignFills = 0
  /// Fills of orders that the guard sent in the bot's place.
  public var guardFills = 0
  /// Fills beyond the order's quantity.
  public var overFills = 0
  /// Fills of orders that had ended.
  public var fillsAfterEnd = 0
  /// Fills with impossible content, not applied.
  public var malformedFills = 0
  /// Reports that said what was known.
  public var repeatedReports = 0
  /// Reports about orders that execution does not know.
  public var foreignReports = 0
  /// News that contradict what the venue said before.
  public var anomalies = 0
  /// Reconciliations, and those that found a difference they could not resolve.
  public var reconciliations = 0, differences = 0
  /// All zero.
  public init() {}
}
