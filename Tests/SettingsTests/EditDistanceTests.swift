import Core
import Settings
import Testing

@Suite struct EditDistanceTests {
  /// Candidates that are ruled out by their length alone would not have been found either.
  @Test(arguments: [UInt64(1), 2, 3]) func nearestIsTheFirstOfTheNearest(_ seed: UInt64) {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    func name(_ longest: Int) -> String {
      String((0..<random.below(longest)).map { _ in Character(["a", "b", "C", "_"][random.below(4)]) })
    }
    var found = 0
    for _ in 0..<400 {
      let candidates = (0..<12).map { _ in name(12) }
      let wanted = name(random.below(8) == 0 ? 300 : 14)
      let distances = candidates.map { EditDistance.between(wanted.lowercased(), $0.lowercased()) }
      let least = distances.min() ?? .max
      let isNear = least <= max(2, wanted.utf8.count / 3)
      let expected = isNear ? distances.firstIndex(of: least).map { candidates[$0] } : nil
      #expect(EditDistance.nearest(to: wanted, among: candidates) == expected, "seed \(seed): \(wanted), \(candidates)")
      found += expected == nil ? 0 : 1
    }
    #expect((50..<400).contains(found))
  }
}
