import Core

/// A stop that the risk veto asks for. It holds until a person resumes, see `RiskStage.resume`.
public struct LatchRequest: Hashable, Sendable, Codable {
  public var level: StopLevel
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
  public var check: RiskCheck
  /// What is used; nil: not known, and openings are vetoed.
  public var used: Measure?
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
