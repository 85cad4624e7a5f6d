import Core

/// Opens nothing. A position it finds stays, with its protective stop, unless `closesPositions` says to close it.
public struct FlatPolicy: Policy {
  /// `flat` or `flat-closing`, and the hash of the parameter.
  public let identity: PolicyIdentity
  private let closesPositions: Bool

  /// The policy; `closesPositions`: whether it closes a position at the first bar close at which that is legal.
  public init(closesPositions: Bool = false) {
    self.closesPositions = closesPositions
    identity = .rule(name: closesPositions ? "flat-closing" : "flat") { json in
      json.key("closes_positions")
      json.value(closesPositions)
      json.key("kind")
      json.value(literal: "flat")
    }
  }

  /// Remembers nothing.
  public mutating func observe(_ observation: Observation) {}

  /// True: it remembers none.
  public var seesBarsOnly: Bool { true }

  /// Holds, or closes what is held.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    guard closesPositions else { return .wish(.hold()) }
    switch observation.position.side {
    case .flat: return .wish(.hold())
    case .long: return .wish(PolicyWish(action: .closeLong, fraction: .one))
    case .short: return .wish(PolicyWish(action: .closeShort, fraction: .one))
    }
  }
}
