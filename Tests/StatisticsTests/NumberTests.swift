import Core
import Foundation
import Statistics
import Testing

@Suite struct NumberTests {
  @Test func sumsAreExact() {
    #expect(ExactSum.of([1e100, 1, -1e100]) == 1)
    #expect(ExactSum.of(Array(repeating: 0.1, count: 10)) == 1)
    #expect(ExactSum.of([]) == 0)
    // Half of the last bit, decided by what lies below it.
    #expect(ExactSum.of([1, 0x1p-53, 0x1p-120]) == 1 + 0x1p-52)
    #expect(ExactSum.of([1, 0x1p-53, -0x1p-120]) == 1)
  }

  @Test(arguments: 1...20) func orderOfTheTermsDoesNotMatter(_ seed: UInt64) {
    var random = chance(seed)
    var values = (0..<200).map { _ in random.normal() * pow(10, Double(random.below(30)) - 15) }
    let sum = ExactSum.of(values)
    let moments = Moments(values)
    values.shuffle(using: &random)
    #expect(ExactSum.of(values) == sum, "seed \(seed)")
    #expect(Moments(values) == moments, "seed \(seed)")
  }

  @Test func equalValuesHaveNoVariation() throws {
    let moments = try #require(Moments(Array(repeating: 0.1, count: 7)))
    #expect(moments.mean == 0.1 && moments.standardDeviation == 0)
    #expect(moments.sharpe == nil && moments.skewness == nil && moments.kurtosis == nil)
    #expect(Moments([]) == nil)
    #expect(Moments([3])?.standardDeviation == nil)
    // Squares too small for a double are no variation either, and no division by zero.
    #expect(Moments([1e-200, 2e-200])?.sharpe == nil)
  }

  @Test func quantilesInterpolate() {
    #expect(Quantile.of(sorted: [1, 2, 4], share: 0.5) == 2)
    #expect(Quantile.of(sorted: [1, 2, 4], share: 0.75) == 3)
    #expect(Quantile.of(sorted: [1, 2, 4], share: 1) == 4)
    #expect(Quantile.of(sorted: [5], share: 0.05) == 5)
    #expect(Quantile.of(sorted: [], share: 0.5) == nil)
  }

  @Test func normalQuantilesAreThoseOfAnotherImplementation() {
    let expected = [
      (1e-300, -37.0470962993612), (1e-12, -7.034483825301132), (0.001, -3.090232306167813),
      (0.0249, -1.9616778690637862), (0.3, -0.5244005127080407), (0.5, 0), (0.8, 0.8416212335729144),
      (0.999999, 4.753424308817089), (0.999999999999, 7.0344869100478356),
    ]
    for (probability, quantile) in expected {
      #expect(near(NormalDistribution.quantile(probability), quantile, 1e-14), "\(probability)")
    }
    #expect(NormalDistribution.quantile(0) == -.infinity && NormalDistribution.quantile(1) == .infinity)
    #expect(NormalDistribution.quantile(-0.1) == nil && NormalDistribution.quantile(.nan) == nil)
  }

  @Test func quantileAndProbabilityUndoEachOther() {
    for step in 1..<1000 {
      let probability = Double(step) / 1000
      let back = NormalDistribution.cumulative(NormalDistribution.quantile(probability)!)
      #expect(near(back, probability, 1e-13), "\(probability)")
    }
  }
}
