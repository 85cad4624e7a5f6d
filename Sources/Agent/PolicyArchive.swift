import Core
import HRM

/// The policies there are, each with its identity or the reason why it cannot decide.
public struct PolicyArchive: Sendable {
  /// Where to look, and what the program needs.
  public struct Locations: Sendable {
    /// Directory of the network's model; nil: none.
    public var modelDirectory: String?
    /// Directory of the archived `mlp` policy; nil: none.
    public var mlpDirectory: String?
    /// Bars of the fast mean.
    public var smaFastBars: Int
    /// Bars of the slow mean.
    public var smaSlowBars: Int
    /// Hash of this program's features.
    public var featureSchemaHash: String
    /// Bar length of the run.
    public var timeframe: Timeframe

    /// Locations as given.
    public init(
      modelDirectory: String?, mlpDirectory: String?, smaFastBars: Int, smaSlowBars: Int, featureSchemaHash: String,
      timeframe: Timeframe
    ) {
      self.modelDirectory = modelDirectory
      self.mlpDirectory = mlpDirectory
      self.smaFastBars = smaFastBars
      self.smaSlowBars = smaSlowBars
      self.featureSchemaHash = featureSchemaHash
      self.timeframe = timeframe
    }
  }

  /// One policy of the list. Exactly one of `identity` and `unavailable` is there.
  public struct Entry: Hashable, Sendable {
    /// `hrm`, `mlp`, `flat` or `sma-cross`.
    public let name: String
    /// Name and weights; nil when it cannot decide.
    public let identity: PolicyIdentity?
    /// Why it cannot decide, and the remedy.
    public let unavailable: String?
  }

  /// In this order: hrm, mlp, flat, sma-cross.
  public let entries: [Entry]

  /// Loads and verifies everything. A model of 110 MB takes as long as reading and hashing it does.
  public init(_ locations: Locations) {
    entries = [
      Self.entry("hrm") {
        guard let directory = locations.modelDirectory else {
          throw PolicyError.unavailable("no model directory is set (policy.model_directory)")
        }
        let (manifest, _) = try ModelDirectory.load(directory)
        let policy = try HRMPolicy(
          manifest: manifest, instruments: InstrumentTable([]), timeframe: locations.timeframe,
          featureSchemaHash: locations.featureSchemaHash, options: HRMPolicy.Options(limits: ThinkingLimits()))
        return policy.identity
      },
      Self.entry("mlp") {
        guard let directory = locations.mlpDirectory, !directory.isEmpty else {
          throw PolicyError.unavailable("no directory is set (policy.mlp_directory)")
        }
        let policy = try MLPPolicy(directory: directory)
        guard locations.timeframe == .oneHour else {
          throw PolicyError.unavailable("it is an hourly policy, the run's timeframe is \(locations.timeframe)")
        }
        return policy.identity
      },
      Self.entry("flat") { FlatPolicy().identity },
      Self.entry("sma-cross") {
        try SMACrossPolicy(fast: locations.smaFastBars, slow: locations.smaSlowBars).identity
      },
    ]
  }

  private static func entry(_ name: String, _ load: () throws -> PolicyIdentity) -> Entry {
    do { return Entry(name: name, identity: try load(), unavailable: nil) } catch PolicyError.unavailable(let reason) {
      return Entry(name: name, identity: nil, unavailable: reason)
    } catch { return Entry(name: name, identity: nil, unavailable: "\(error)") }
  }

  /// Names of the policies that can decide.
  public var available: [String] { entries.filter { $0.identity != nil }.map(\.name) }
}
