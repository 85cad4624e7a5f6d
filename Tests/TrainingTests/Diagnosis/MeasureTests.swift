import Core
import Foundation
import Testing
import Training

@Suite struct DiagnosisMeasureTests {
  @Test func quintilesHoldAboutAsManyEach() throws {
    let values = (0..<1000).map { Double(($0 * 7919) % 1000) }
    let parts = try #require(Quintiles(of: values))
    let counts = (0..<5).map { part in values.count { parts.place($0) == part } }
    #expect(counts == [200, 200, 200, 200, 200])
    #expect(Quintiles(of: []) == nil)
    // Equal values are in one part.
    let same = try #require(Quintiles(of: [0.5, 0.5, 0.5]))
    #expect(same.place(0.5) == 0)
  }

  @Test func participationRatioCountsDirections() throws {
    var random = CounterRandom(seed: 5, purpose: .propertyTest)
    for directions in [1, 3, 8] {
      var sums = CovarianceSums(positions: 2, width: 8)
      for _ in 0..<4000 {
        // What differs between positions alone, 100 and 200, must not count.
        let state = (0..<2).flatMap { position in
          (0..<8).map { Float($0 < directions ? random.normal() : 0) + Float(100 * (position + 1)) }
        }
        state.withUnsafeBufferPointer { sums.add($0) }
      }
      let ratio = try #require(sums.participationRatio)
      #expect(abs(ratio - Double(directions)) < 0.05 * Double(directions), "\(ratio) for \(directions)")
    }
  }

  @Test func participationRatioOfKnownEigenvalues() throws {
    // Variances 4 and 1: (4 + 1)² / (16 + 1).
    var sums = CovarianceSums(positions: 1, width: 2)
    for state: [Float] in [[2, 1], [2, -1], [-2, 1], [-2, -1]] { state.withUnsafeBufferPointer { sums.add($0) } }
    #expect(abs(try #require(sums.participationRatio) - 25.0 / 17) < 1e-9)
    var still = CovarianceSums(positions: 1, width: 2)
    for _ in 0..<9 { [Float(0.3), 0.7].withUnsafeBufferPointer { still.add($0) } }
    #expect(still.participationRatio == nil)
    #expect(StateDimensions(slow: [still], fast: [sums]).finding.contains("do not vary"))
    #expect(StateDimensions(slow: [sums], fast: [sums]).rows[0].quotient == 1)
  }

  @Test func changesAreRelativeToTheOldState() {
    var watch = StateWatch(positions: 1, slowWidth: 2, fastWidth: 1, segments: 2, decisions: 1)
    // Two lanes: H moves by 5 of 10 and by nothing, L by 1 of 2 and by 3 of 2.
    let step = StateWatch.Step(
      slowBefore: [6, 8, 1, 1], slowAfter: [9, 12, 1, 1], fastBefore: [2, 2], fastAfter: [3, -1])
    watch.take(step, segment: 1, lanes: [0, 1], sampled: [])
    watch.take(step, segment: 2, lanes: [0], sampled: [])
    let series = DiagnosisFixture.series(returns: [0, 0])
    let record = DiagnosisFixture.record(series, segments: 2) { bar, position in
      bar == 0 && position == .flat ? .buyLong : .hold
    }
    let answer = PolicyChange([series], from: [record], after: 1, to: [record], after: 2)
    let curve = watch.convergence(answers: [nil, answer], updates: [], sampled: 0)
    #expect(curve.segments.map(\.slowChange) == [0.25, 0.5])
    #expect(curve.segments.map(\.fastChange) == [1, 0.5])
    // One of two bars with three positions each: three actions are legal from flat, one of them e times the others.
    #expect(curve.segments.map(\.changedActions) == [nil, 1.0 / 6])
    #expect(abs((curve.segments[1].policyShift ?? 9) - (exp(1) - 1) / (exp(1) + 2) / 6) < 1e-6)
  }

  @Test func haltingHeadThatSaysWhatItIs() throws {
    var random = CounterRandom(seed: 9, purpose: .propertyTest)
    var counts = HaltingCounts(segments: 3)
    var off = HaltingCounts(segments: 3)
    for index in 0..<40_000 {
      let logit = Float(2 * random.normal())
      let agrees = random.uniform() < 1 / (1 + exp(-Double(logit)))
      counts.add(logit: logit, agrees: agrees, segment: 1 + index % 2)
      off.add(logit: logit + 3, agrees: agrees, segment: 1 + index % 2)
    }
    let good = HaltingCalibration(counts), bad = HaltingCalibration(off)
    #expect(good.count == 40_000)
    #expect(good.segments.map(\.count) == [20_000, 20_000])
    #expect(try #require(good.calibrationError) < 0.02)
    #expect(try #require(good.skill) > 0.2)
    #expect(try #require(bad.calibrationError) > 0.15)
    #expect(try #require(bad.skill) < (good.skill ?? 0))
    #expect(HaltingCalibration(HaltingCounts(segments: 1)).finding.contains("nothing to halt before"))
  }

  @Test func haltingBinsHoldTheirPredictions() {
    var counts = HaltingCounts(segments: 2)
    counts.add(logit: 100, agrees: true, segment: 1)
    counts.add(logit: -100, agrees: true, segment: 1)
    counts.add(logit: .nan, agrees: true, segment: 1)
    let calibration = HaltingCalibration(counts)
    #expect(calibration.bins.map(\.count) == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    #expect(calibration.bins[9].predicted == 1 && calibration.bins[9].agreed == 1)
    #expect(calibration.calibrationError == 0.5)
    #expect(calibration.skill == nil)
  }
}
