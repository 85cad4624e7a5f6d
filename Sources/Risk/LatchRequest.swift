import Core

/// A stop that the risk veto asks for. It holds until a person resumes, see `RiskStage.resume`.
public struct LatchRequest: Hashable, Sendable, Codable {
  /// How far the stop is to go.
  public var level: StopLevel
  /// Whose stop it is; a resume of the same source lifts it here.
  public var source: StopSource
  /// The limit that tripped.
  public var check: RiskCheck
  /// For people: what was measured against what.
  public var reason: String

  /// A request as given.
  public init(level: StopLevel, source: StopSource, check: RiskCheck, reason: String) {
    self.level = level
    self.source = source
    self.check = check
    self.reason = reason
  }
}

/// How much of a limit is used, for the screen.
public struct LimitLeft: Hashable, Sendable {
  /// The check that holds the limit.
  public var check: RiskCheck
  /// What is used; nil: not known, and openings are vetoed.
  public var used: Measure?
  /// What may be used, in the unit of `used`.
  public var limit: Measure
  /// The check's name in records.
  public var name: String { check.rawValue }

  /// An entry as given.
  public init(check: RiskCheck, used: Measure?, limit: Measure) {
    self.check = check
    self.used = used
    self.limit = limit
  }
}
