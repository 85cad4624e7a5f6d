import Core

/// Opens and closes by chance: what a policy's figures must be better than. Matched for turnover, it opens and closes as
/// often as the policy beside it.
///
/// A draw depends on the seed, the instrument and the bar's close, never on what was drawn before.
public struct RandomPolicy: Policy {
  /// `random-SEED`, and the hash of the parameters.
  public let identity: PolicyIdentity
  private let seed: UInt64
  private let openProbability: Double
  private let closeProbability: Double

  /// A rule that opens at a bar with one probability when flat (the side by chance, where both are legal) and closes with
  /// another. Throws `PolicyError.parameters` for what is no probability.
  public init(seed: UInt64, openProbability: Double = 0.02, closeProbability: Double = 0.05) throws {
    for value in [openProbability, closeProbability] where !(value >= 0 && value <= 1) {
      throw PolicyError.parameters("random: \(value) is no probability")
    }
    self.seed = seed
    self.openProbability = openProbability
    self.closeProbability = closeProbability
    identity = .rule(name: "random-\(seed)") { json in
      json.key("close_probability")
      json.value(closeProbability)
      json.key("kind")
      json.value(literal: "random")
      json.key("open_probability")
      json.value(openProbability)
      json.key("seed")
      json.value(seed)
    }
  }

  /// Remembers nothing.
  public mutating func observe(_ observation: Observation) {}

  /// True: it remembers none.
  public var seesBarsOnly: Bool { true }

  /// Draws.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    var random = CounterRandom(
      seed: seed, purpose: .randomPolicy, step: UInt64(bitPattern: observation.bar.closeTime.milliseconds),
      lane: UInt64(observation.instrument.index))
    let side = observation.position.side
    let draw = random.uniform()
    if side != .flat { return .wish(draw < closeProbability ? .towards(.flat, from: side) : .hold()) }
    guard draw < openProbability else { return .wish(.hold()) }
    let isLong = !observation.isShortable || random.uniform() < 0.5
    return .wish(.towards(isLong ? .long : .short, from: .flat))
  }
}
