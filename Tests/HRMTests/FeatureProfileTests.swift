import Foundation
import HRM
import Testing

@Suite("What a policy is measured against")
struct FeatureProfileTests {
  /// Two features: one even over 0..<100, one that is 1 for a tenth of the bars and else 0.
  private func rows(_ count: Int, shift: Float = 0) -> [Float] {
    var rows: [Float] = []
    for bar in 0..<count {
      let even = Float(bar * 37 % 100)
      rows += [even + shift, bar % 10 == 0 ? 1 : 0]
    }
    return rows
  }

  private func profile(_ count: Int = 2000, window: Int = 100) throws -> FeatureProfile {
    try #require(FeatureProfile.fit([rows(count)], names: ["even", "rare"], windowBars: window, source: "made up"))
  }

  private func counts(_ rows: [Float], _ profile: FeatureProfile) -> [Int] {
    var counts = FeatureCounts(featureCount: 2)
    for start in stride(from: 0, to: rows.count, by: 2) { counts.add(rows[start..<(start + 2)], profile) }
    #expect(counts.bars == rows.count / 2)
    return counts.counts
  }

  @Test func binsHoldATenthEach() throws {
    let profile = try profile()
    #expect(profile.fault(featureCount: 2) == nil && profile.windows == 20 && profile.edges[0].count == 9)
    #expect(profile.counts[0].reduce(0, +) == 2000 && profile.counts[0].allSatisfy { (180...220).contains($0) })
    // A feature with two values has most of its bins empty, and that is no fault.
    #expect(profile.counts[1].reduce(0, +) == 2000 && profile.counts[1].count { $0 > 0 } == 2)
    #expect(profile.bin(-5, feature: 0) == 0 && profile.bin(1000, feature: 0) == 9)
    #expect(profile.bin(profile.edges[0][4], feature: 0) == 4, "a value at an edge lies below it")
  }

  @Test func theIndexIsTheSumOfItsBins() throws {
    let profile = try profile()
    let observed: [Int] = [100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 90, 0, 0, 0, 0, 0, 0, 0, 0, 10]
    let all = 100.0 + 5, reference = 2000.0 + 5
    var expected = 0.0
    for bin in 0..<10 {
      let now: Double = (Double(observed[bin]) + 0.5) / all
      let then: Double = (Double(profile.counts[0][bin]) + 0.5) / reference
      expected += (now - then) * log(now / then)
    }
    let indices = profile.indices(of: observed)
    #expect(abs(indices[0] - expected) < 1e-12 && expected > 3)
    #expect(profile.meanIndex(of: observed) == (indices[0] + indices[1]) / 2)
  }

  @Test func theSameIsNoDriftAndAShiftIs() throws {
    let profile = try profile()
    #expect(profile.meanIndex(of: counts(rows(100), profile)) < 0.1)
    #expect(profile.highestIndex < 0.1)
    #expect(profile.indices(of: counts(rows(100, shift: 40), profile))[0] > 1)
  }

  @Test func windowsDoNotCrossInstruments() throws {
    let series = [rows(150), rows(90), rows(210)]
    let profile = try #require(FeatureProfile.fit(series, names: ["a", "b"], windowBars: 100, source: ""))
    #expect(profile.windows == 3 && profile.counts[0].reduce(0, +) == 450)
    #expect(FeatureProfile.fit([rows(99)], names: ["a", "b"], windowBars: 100, source: "") == nil)
    #expect(FeatureProfile.fit([], names: ["a", "b"], windowBars: 100, source: "") == nil)
  }

  @Test func aManifestKeepsItAndRefusesWhatCannotBe() throws {
    let profile = try profile()
    let reference = PolicyReference(
      profile: profile, expectation: TradeExpectation(meanReturn: 0.001, deviation: 0.02, trades: 40, source: "x"))
    let again = try JSONDecoder().decode(PolicyReference.self, from: JSONEncoder().encode(reference))
    #expect(again == reference && again.fault(featureCount: 2) == nil)
    #expect(profile.fault(featureCount: 3)?.contains("2 names") == true)
    func changed(
      edges: [[Float]]? = nil, counts: [[Int]]? = nil, window: Int = 100, windows: Int = 1, highest: Double = 0
    ) -> String? {
      FeatureProfile(
        names: profile.names, edges: edges ?? profile.edges, counts: counts ?? profile.counts, windowBars: window,
        windows: windows, highestIndex: highest, source: ""
      ).fault(featureCount: 2)
    }
    #expect(changed() == nil)
    #expect(changed(edges: [profile.edges[0].reversed(), profile.edges[1]]) != nil)
    #expect(changed(edges: [Array(profile.edges[0].dropLast()), profile.edges[1]]) != nil)
    #expect(changed(counts: [profile.counts[0].map { -$0 }, profile.counts[1]]) != nil)
    #expect(changed(counts: [profile.counts[0].map { $0 + 1 }, profile.counts[1]]) != nil)
    #expect(changed(counts: [[Int](repeating: .max, count: 10), profile.counts[1]]) != nil)
    #expect(changed(window: 19) != nil && changed(window: 10_001) != nil && changed(windows: 0) != nil)
    #expect(changed(highest: .nan) != nil && changed(highest: -1) != nil)
    for fault in [
      TradeExpectation(meanReturn: .nan, deviation: 0, trades: 100, source: ""),
      TradeExpectation(meanReturn: 0, deviation: -1, trades: 100, source: ""),
      TradeExpectation(meanReturn: 0, deviation: 0, trades: 29, source: ""),
    ] {
      #expect(PolicyReference(expectation: fault).fault(featureCount: 2)?.hasPrefix("expectation") == true)
    }
  }
}
