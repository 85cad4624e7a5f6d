import Core
import Foundation
import Statistics
import Testing

/// A file of expected values.
func resource(_ name: String) throws -> [UInt8] {
  let url = try #require(Bundle.module.url(forResource: "Resources/" + name, withExtension: nil))
  return [UInt8](try Data(contentsOf: url))
}

/// Random numbers of a property test.
func chance(_ seed: UInt64, _ step: UInt64 = 0) -> CounterRandom {
  CounterRandom(seed: seed, purpose: .propertyTest, step: step)
}

/// Returns by chance, about `mean` with `deviation`.
func chanceReturns(_ count: Int, seed: UInt64, mean: Double = 0.0005, deviation: Double = 0.01) -> [Double] {
  var random = chance(seed)
  return (0..<count).map { _ in mean + deviation * random.normal() }
}

/// Whether two numbers agree to a relative bound.
func near(_ left: Double?, _ right: Double?, _ relative: Double = 1e-9) -> Bool {
  guard let left, let right else { return left == nil && right == nil }
  return left == right || abs(left - right) <= relative * max(abs(left), abs(right))
}
