import Core
import Foundation
import Testing

@Suite struct CounterRandomTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      struct Input: Decodable { var seed: String }
      struct Expected: Decodable {
        var u64: [String]
        var uniform: [Double]
        var normal: [Double]
        var below10: [Int]
      }
      var id: String
      var input: Input
      var expected: Expected
    }
    var cases: [Case]
  }

  @Test func drawsAreTheReferencesDraws() throws {
    let file = try #require(Bundle.module.url(forResource: "Resources/splitmix64", withExtension: "json"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    #expect(golden.cases.count == 3)
    for example in golden.cases {
      let seed = try #require(UInt64(example.input.seed))
      var bits = CounterRandom(key: seed)
      #expect(example.expected.u64.map { _ in String(bits.next()) } == example.expected.u64, "\(example.id)")
      #expect(bits.count == UInt64(example.expected.u64.count))
      var uniform = CounterRandom(key: seed)
      #expect(example.expected.uniform.map { _ in uniform.uniform() } == example.expected.uniform, "\(example.id)")
      var below = CounterRandom(key: seed)
      #expect(example.expected.below10.map { _ in below.below(10) } == example.expected.below10, "\(example.id)")
      var normal = CounterRandom(key: seed)
      for value in example.expected.normal { #expect(abs(normal.normal() - value) < 1e-12, "\(example.id)") }
    }
  }

  /// The derivation written out: golden ratio, purpose, step, lane.
  @Test func keysAreDerivedInOrder() {
    let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
    func mix(_ value: UInt64) -> UInt64 {
      var z = value
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    let expected = mix(mix(mix(mix(42 &+ golden) ^ 4) ^ 7) ^ 9)
    var random = CounterRandom(seed: 42, purpose: .propertyTest, step: 7, lane: 9)
    #expect(random.key == expected)
    #expect(random.next() == mix(expected &+ golden))
    #expect(random.next() == mix(expected &+ 2 &* golden))
  }

  @Test func purposesKeepTheirNumbers() {
    let numbers = [
      RandomPurpose.weightInitialisation, .simulatedMarket, .simulatedGap, .propertyTest, .randomPolicy,
    ].map(\.rawValue)
    #expect(numbers == [1, 2, 3, 4, 5])
  }

  @Test func streamsDiffer() {
    var keys: Set<UInt64> = []
    for seed in UInt64(0)..<10 {
      for step in UInt64(0)..<10 {
        for lane in UInt64(0)..<10 {
          keys.insert(CounterRandom(seed: seed, purpose: .simulatedMarket, step: step, lane: lane).key)
          keys.insert(CounterRandom(seed: seed, purpose: .simulatedGap, step: step, lane: lane).key)
        }
      }
    }
    #expect(keys.count == 2000)
  }

  @Test func drawsStayInTheirRangesAndSpread() {
    var random = CounterRandom(seed: 1, purpose: .propertyTest)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[random.below(7)] += 1 }
    #expect(counts.allSatisfy { (9500...10_500).contains($0) })
    let normals = (0..<50_000).map { _ in random.normal() }
    let mean = normals.reduce(0, +) / 50_000
    let variance = normals.reduce(0) { $0 + $1 * $1 } / 50_000
    #expect(abs(mean) < 0.03 && abs(variance - 1) < 0.03)
    #expect((0..<10_000).allSatisfy { _ in (0..<1).contains(random.uniform()) })
  }
}
