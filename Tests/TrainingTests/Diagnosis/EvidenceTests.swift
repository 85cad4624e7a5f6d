import Core
import Statistics
import Testing
import Training

@Suite struct DiagnosisEvidenceTests {
  private let costs = TradingCosts(turnover: 0)

  /// Outcomes where depth 2 is long on every bar and depth 1 is flat, so that depth 2 earns the price's change more.
  private func outcomes(returns: [Double], complexity: [Double]) -> DepthOutcomes {
    let series = DiagnosisFixture.series(returns: returns, complexity: complexity)
    let record = DiagnosisFixture.record(series, segments: 2) { $1 == .flat ? .buyLong : .hold }
    let index = PeriodIndex([series], [0..<series.count])
    var outcomes = DepthOutcomes(segments: 2, periods: index.count)
    outcomes.add(series, record, costs: costs) { index.period(series, $0) }
    return outcomes
  }

  @Test func depthThatPaysInComplexMarketsIsSeen() throws {
    var random = CounterRandom(seed: 5, purpose: .propertyTest)
    let complexity = (0..<2000).map { _ in random.uniform() }
    let returns = complexity.map { ($0 > 0.8 ? 0.006 : 0) + 0.01 * random.normal() }
    let evidence = try DepthEvidence(outcomes(returns: returns, complexity: complexity), seed: 1)
    #expect(evidence.gaining == [5])
    #expect(evidence.finding.contains("grows with complexity is worth a trial"))
    let top = evidence.complexity[4]
    #expect(top.decisions == 400)
    #expect(top.payoffBp[0] == 0)
    #expect(abs(top.gain.gainBp - top.payoffBp[1]) < 1e-9)
    #expect(abs(top.gain.gainBp - 60) < 18, "\(top.gain.gainBp)")
    #expect(try #require(top.gain.lowBp) > 0)
  }

  /// Fifths of markets without anything to be gained count as gaining about once in a hundred.
  @Test func noiseSeldomGains() throws {
    let gaining = try (UInt64(1)...15).flatMap { seed in
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let complexity = (0..<1000).map { _ in random.uniform() }
      let noise = complexity.map { _ in 0.01 * random.normal() }
      return try DepthEvidence(outcomes(returns: noise, complexity: complexity), seed: 1).gaining
    }
    #expect(gaining.count <= 3, "\(gaining.count) of 75")
  }

  @Test func depthThatPaysNowhereKeepsItsFloor() throws {
    var random = CounterRandom(seed: 4, purpose: .propertyTest)
    let complexity = (0..<2000).map { _ in random.uniform() }
    let noise = complexity.map { _ in 0.01 * random.normal() }
    let evidence = try DepthEvidence(outcomes(returns: noise, complexity: complexity), seed: 1)
    #expect(evidence.gaining.isEmpty)
    #expect(evidence.finding.contains("should stay at its floor"))
    // Depths that do the same have no gain and no chance.
    let still = try DepthEvidence(
      outcomes(returns: [Double](repeating: 0, count: 50), complexity: [Double](repeating: 0.5, count: 50)), seed: 1)
    #expect(still.gain.gainBp == 0 && still.gain.p == 1)
    #expect(still.complexity.map(\.decisions) == [50, 0, 0, 0, 0])
    #expect(still.complexity[1].meanDepth == nil)
  }

  @Test func depthThatPaysInQuietMarketsRaisesTheFloor() throws {
    var random = CounterRandom(seed: 7, purpose: .propertyTest)
    let complexity = (0..<2000).map { _ in random.uniform() }
    let returns = complexity.map { ($0 < 0.2 ? 0.006 : 0) + 0.01 * random.normal() }
    let evidence = try DepthEvidence(outcomes(returns: returns, complexity: complexity), seed: 1)
    #expect(evidence.gaining == [1])
    #expect(evidence.finding.contains("raise the floor"))
  }

  @Test func ownDepthIsWhereTheHeadWantsToStop() throws {
    let complexity = (0..<100).map { Double($0) / 100 }
    let series = DiagnosisFixture.series(
      returns: [Double](repeating: 0.001, count: 100), deviations: complexity.map { 0.01 + 0.01 * $0 },
      complexity: complexity)
    // In the lower half it wants to stop after the first segment.
    let record = DiagnosisFixture.record(series, segments: 3, halt: { $0 < 50 ? 1 : -1 }) { _, position in
      position == .flat ? .buyLong : .hold
    }
    let index = PeriodIndex([series], [0..<100])
    var outcomes = DepthOutcomes(segments: 3, periods: index.count)
    outcomes.add(series, record, costs: costs) { index.period(series, $0) }
    let evidence = try DepthEvidence(outcomes, seed: 1)
    #expect(evidence.depths == [50, 0, 50])
    #expect(evidence.meanDepth == 2)
    #expect(evidence.complexity.map(\.meanDepth) == [1, 1, 2, 3, 3])
    #expect(evidence.volatility.map(\.meanDepth) == [1, 1, 2, 3, 3])
    // Flat for the first half, as segment 1 says; then long.
    #expect(abs(evidence.ownPayoffBp - 5) < 1e-9)
    #expect(abs(evidence.payoffBp[2] - 10) < 1e-9)
    #expect(evidence.depthFinding.contains("2.00 segments longer"))
  }

  @Test func decisionsOfOneMomentAreOnePeriod() throws {
    let first = DiagnosisFixture.series(returns: [0, 0, 0])
    let second = DiagnosisFixture.series(returns: [0, 0, 0], startHour: 1)
    let index = PeriodIndex([first, second], [0..<3, 0..<3])
    #expect(index.count == 4)
    #expect((0..<3).map { index.period(first, $0) } == [0, 1, 2])
    #expect((0..<3).map { index.period(second, $0) } == [1, 2, 3])
  }

  @Test func pairedGainIsThatOfItsGroup() throws {
    var random = CounterRandom(seed: 8, purpose: .propertyTest)
    var periods = PairedPeriods(groups: 3, periods: 400)
    for period in 0..<400 {
      periods.add(0.001 + 0.001 * random.normal(), group: 0, period: period)
      periods.add(0.001 * random.normal(), group: 1, period: period)
    }
    let gains = try periods.gains(seed: 1)
    #expect(try #require(gains[0].p) < 0.01)
    #expect(try #require(gains[1].p) > 0.01)
    #expect(try #require(gains[0].lowBp) < gains[0].gainBp && gains[0].gainBp < gains[0].highBp!)
    // About two standard errors, 0.5 bp each.
    #expect(abs(gains[0].highBp! - gains[0].lowBp! - 2) < 0.7)
    #expect(gains[2] == PairedGain(decisions: 0, gainBp: 0))
    #expect(try periods.gains(seed: 1) == gains)
    #expect(try periods.gains(seed: 2) != gains)
  }

  /// Where there is no gain, a chance of 10 % comes up about once in ten.
  @Test func chancesAreWhatTheySay() throws {
    var random = CounterRandom(seed: 11, purpose: .propertyTest)
    var periods = PairedPeriods(groups: 200, periods: 200)
    for period in 0..<200 {
      for group in 0..<200 { periods.add(0.01 * random.normal(), group: group, period: period) }
    }
    let gains = try periods.gains(seed: 1, draws: 500)
    let few = gains.count { ($0.p ?? 1) < 0.1 }
    #expect((8...36).contains(few), "\(few) of 200")
    let outside = gains.count { ($0.lowBp ?? 0) > 0 || ($0.highBp ?? 0) < 0 }
    #expect((2...24).contains(outside), "\(outside) of 200")
  }

  @Test func regimesAreKnownAtTheirDecisions() throws {
    // A market that changes its course at every bar from bar 600 on cannot be seen in labels before.
    var random = CounterRandom(seed: 2, purpose: .propertyTest)
    let returns = (0..<1200).map { _ in 0.01 * random.normal() }
    var other = returns
    for bar in 600..<1200 { other[bar] = -other[bar] + 0.01 }
    let decide: (Int, PositionSide) -> Action = { $1 == .flat ? .buyLong : .hold }
    let labels = try [returns, other].map { changes in
      try RegimeBehaviour.decisions(
        DiagnosisFixture.series(returns: changes), bars: 0..<1200, costs: costs, decide
      ).map(\.regime)
    }
    // The change of bar 600 ends with the open of bar 602; decision 602 is the last that must not know it.
    #expect(labels[0][0...602] == labels[1][0...602])
    #expect(labels[0] != labels[1])
    #expect(labels[0].first == .some(nil))
  }

  @Test func regimesTellHowExposedItIs() throws {
    let up = MarketRegime(volatility: .high, trend: .up), down = MarketRegime(volatility: .low, trend: .down)
    var decisions: [RegimeBehaviour.Decision] = []
    for index in 0..<400 {
      decisions.append(
        RegimeBehaviour.Decision(
          regime: up, action: index == 0 ? .buyLong : .hold, position: .long, reward: index % 2 == 0 ? 0.002 : 0.001))
      decisions.append(RegimeBehaviour.Decision(regime: down, action: .hold, position: .flat, reward: 0))
    }
    let behaviour = RegimeBehaviour(decisions)
    let row = try #require(behaviour.rows.first { $0.regime == "high, up" })
    #expect(row.decisions == 400 && row.long == 1 && row.short == 0)
    #expect(row.actions["buy_long"] == 1)
    #expect(abs(try #require(row.payoffBp) - 15) < 1e-9)
    #expect(behaviour.rows.last?.long == 0.5)
    #expect(behaviour.finding.contains("two standard errors from nothing in: high, up"))
    let flat = RegimeBehaviour(decisions.filter { $0.position == .flat })
    #expect(flat.finding.contains("never took a position"))
  }
}
