import Agent
import Core
import Features

/// A policy by name with its parameters.
package struct PolicyRequest: Sendable {
  /// Names that `make` knows; networks are loaded elsewhere.
  package static let rules = ["sma-cross", "momentum", "buy-and-hold", "random", "linear", "flat"]

  package var name: String
  /// Bars of the means of `sma-cross`.
  package var fast = 10
  package var slow = 50
  /// Bars that `momentum` looks back.
  package var lookback = 168
  /// Seed of `random`.
  package var seed: UInt64 = 1
  /// Chances of `random` at a bar.
  package var openProbability = 0.02
  package var closeProbability = 0.05
  /// Bars ahead that `linear` expects, and the expected return at which it opens.
  package var horizon = 24
  package var threshold = 0.0024
  /// Close after which `linear` learns no more; nil: it goes on.
  package var learnsUntil: Timestamp?

  /// A request with the parameters at their defaults.
  package init(name: String) { self.name = name }

  /// What a policy must be shown where no limit asks for more.
  package var scope: FeatureScope { name == "linear" || !Self.rules.contains(name) ? .network : .price }

  /// The rule, and the fallback behind it. Throws `PolicyError`.
  package func makeWithFallback() throws -> [(name: String, policy: any Policy)] {
    [(name, try make())] + (name == "flat" ? [] : [("flat", FlatPolicy())])
  }

  /// The rule. Throws `PolicyError`.
  package func make() throws -> any Policy {
    switch name {
    case "sma-cross": return try SMACrossPolicy(fast: fast, slow: slow)
    case "momentum": return try MomentumPolicy(lookback: lookback)
    case "buy-and-hold": return BuyAndHoldPolicy()
    case "random":
      return try RandomPolicy(seed: seed, openProbability: openProbability, closeProbability: closeProbability)
    case "linear": return try LinearPolicy(horizon: horizon, threshold: threshold, learnsUntil: learnsUntil)
    case "flat": return FlatPolicy()
    default: throw PolicyError.unknown(name: name, known: Self.rules)
    }
  }
}
