import Core

/// Buys as soon as it may and never sells. What something else closed, it buys again.
public struct BuyAndHoldPolicy: Policy {
  /// `buy-and-hold`, and the hash of no parameters.
  public let identity: PolicyIdentity

  /// The rule.
  public init() {
    identity = .rule(name: "buy-and-hold") { json in
      json.key("kind")
      json.value(literal: "buy-and-hold")
    }
  }

  /// Remembers nothing.
  public mutating func observe(_ observation: Observation) {}

  /// Whether it has bought.
  public mutating func holds(_ observation: Observation) -> Bool { observation.position.side == .long }

  /// Buys when flat.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    .wish(.towards(.long, from: observation.position.side))
  }
}
