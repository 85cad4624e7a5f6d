import Foundation

/// Learning from logged trades: what the simulator cannot show, such as real fills and outages.
public enum AdvantageWeights {
  /// Weight of a logged action with an advantage: min(largest, e^(A/β)). Peng et al., "Advantage-weighted regression"
  /// (2019).
  public static func regression(_ advantage: Double, temperature: Double = 0.5, largest: Double = 10) -> Double {
    min(largest, exp(advantage / temperature))
  }

  /// Expectile loss |τ - 1(u<0)|·u² of u = Q - V, and its derivative in u. Kostrikov et al., "Offline reinforcement
  /// learning with implicit Q-learning" (2021).
  public static func expectile(_ difference: Double, level: Double = 0.7) -> (loss: Double, slope: Double) {
    let weight = abs(level - (difference < 0 ? 1 : 0))
    return (weight * difference * difference, 2 * weight * difference)
  }
}
