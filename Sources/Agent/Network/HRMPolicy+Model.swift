import Core
import HRM

extension HRMPolicy {
  /// What a run asks of the network: settings, not weights.
  public struct Options: Sendable {
    /// Segments and deadline.
    public var limits: ThinkingLimits
    /// Whether the market's complexity raises the fewest segments of a question.
    public var complexitySetsMinimum: Bool
    /// What the quantity head's 0 and 1 mean, as shares of the allowed size.
    public var quantityMin: Rate
    /// See `quantityMin`.
    public var quantityMax: Rate

    /// Options as given.
    public init(
      limits: ThinkingLimits, complexitySetsMinimum: Bool = false, quantityMin: Rate = .zero, quantityMax: Rate = .one
    ) {
      self.limits = limits
      self.complexitySetsMinimum = complexitySetsMinimum
      self.quantityMin = quantityMin
      self.quantityMax = quantityMax
    }
  }

  /// The policy of a loaded model. `featureSchemaHash` is that of this program's features: a model of other features is
  /// refused. Throws `PolicyError.unavailable` or `.parameters`.
  public init(
    manifest: ModelManifest, instruments: InstrumentTable, timeframe: Timeframe, featureSchemaHash: String,
    options: Options
  ) throws {
    guard manifest.featureSchemaHash == featureSchemaHash else {
      throw PolicyError.unavailable(
        "model \(manifest.name) was made for features \(manifest.featureSchemaHash.prefix(12)), this program has "
          + "\(featureSchemaHash.prefix(12)); use a model of this version")
    }
    let architecture = manifest.architecture
    guard architecture.nActions == Action.count else {
      throw PolicyError.unavailable("model \(manifest.name) has \(architecture.nActions) actions, not \(Action.count)")
    }
    try self.init(
      identity: PolicyIdentity(
        name: manifest.name, sha256: manifest.weightsSHA256, isUntrained: manifest.untrained),
      setup: Setup(
        instrumentRows: instruments.instruments.map { manifest.row(ofInstrument: $0.symbol) }, timeframe: timeframe,
        timeframeRow: manifest.row(ofTimeframe: timeframe.description),
        windowCount: architecture.windowBars * architecture.nFeatures, contextCount: architecture.nAccount,
        limits: options.limits, complexitySetsMinimum: options.complexitySetsMinimum, quantityMin: options.quantityMin,
        quantityMax: options.quantityMax, normaliser: manifest.normaliser))
  }
}
