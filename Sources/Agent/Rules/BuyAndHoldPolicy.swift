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

  /// True: the side held is all that it looks at.
  public var seesBarsOnly: Bool { true }

  /// True.
  public var holdsThroughBars: Bool { true }

  /// Sees bars as long as their instruments are held.
  public mutating func hold(through bars: ArraySlice<Bar>, sides: [HeldSide]) -> Int {
    bars.prefix { sides[Int($0.instrument.index)].side == .long }.count
  }

  /// Buys when flat.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    .wish(.towards(.long, from: observation.position.side))
  }
}
