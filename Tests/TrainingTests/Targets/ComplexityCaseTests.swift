import Core
import Features
import Foundation
import Testing
import Training

/// The forms of complexity with settings that the features do not use agree with theirs where they meet.
@Suite struct ComplexityCaseTests {
  @Test(arguments: 1...30) func generalFormsAreThoseOfTheFeatures(_ seed: UInt64) throws {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    let values = (0..<80).map { _ in seed % 2 == 0 ? random.normal() : Double(random.below(4)) }
    let entropy = try #require(MarketComplexity.permutationEntropy(values))
    let general = try #require(ComplexityCases.permutationEntropy(values, order: 3, delay: 1))
    #expect(abs(entropy - general) < 1e-12, "seed \(seed)")
    let exponent = try #require(MarketComplexity.hurstExponent(returns: values))
    let other = try #require(ComplexityCases.hurstExponent(values, scales: MarketComplexity.hurstScales))
    #expect(abs(exponent - other) < 1e-12, "seed \(seed)")
  }

  @Test func entropyOfOtherOrders() throws {
    // Up, up, down, up: shares 3/4 and 1/4 of two orders.
    let two = try #require(ComplexityCases.permutationEntropy([1, 2, 3, 0, 5], order: 2, delay: 1))
    #expect(abs(two + (0.75 * log(0.75) + 0.25 * log(0.25)) / log(2)) < 1e-15)
    // Each second value: 1 3 5 and 2 0: up, down, up.
    let apart = try #require(ComplexityCases.permutationEntropy([1, 2, 3, 0, 5], order: 2, delay: 2))
    #expect(abs(apart + (2.0 / 3 * log(2.0 / 3) + 1.0 / 3 * log(1.0 / 3)) / log(2)) < 1e-15)
    #expect(ComplexityCases.permutationEntropy([1, 2, 3, 4], order: 4, delay: 1) == 0)
    #expect(ComplexityCases.permutationEntropy([1, 2, 3], order: 4, delay: 1) == nil)
    #expect(ComplexityCases.hurstExponent([1, 2], scales: [1, 2]) == nil)
  }
}
