import Foundation
import Statistics
import Testing

@Suite struct QualityTests {
  @Test func ranksDecideTheArea() throws {
    func area(_ p: [Double], _ y: [Bool]) throws -> Double? {
      try ForecastQuality(probabilities: p, outcomes: y, bins: 10).areaUnderCurve
    }
    #expect(try area([0.9, 0.8, 0.1], [true, true, false]) == 1)
    #expect(try area([0.1, 0.2, 0.9], [true, true, false]) == 0)
    #expect(try area([0.5, 0.5, 0.5, 0.5], [true, false, true, false]) == 0.5)
    #expect(try area([0.5, 0.6], [true, true]) == nil)
  }

  @Test func certaintyThatWasWrongIsInfinitelyWrong() throws {
    let quality = try ForecastQuality(probabilities: [1, 0], outcomes: [false, false], bins: 1)
    #expect(quality.logLoss == .infinity && quality.brier == 0.5 && quality.calibrationError == 0.5)
    for (p, y, bins) in [([1.1], [true], 5), ([], [], 5), ([0.5], [true], 0), ([0.5], [true, false], 5)] {
      #expect(throws: StatisticsError.self) { try ForecastQuality(probabilities: p, outcomes: y, bins: bins) }
    }
  }

  @Test func ratersWhoAlwaysSayTheSameShowNothing() throws {
    #expect(try CohenKappa(["A", "A"], ["A", "A"]).kappa == nil)
    #expect(try CohenKappa(["A", "B"], ["A", "B"]).kappa == 1)
    #expect(throws: StatisticsError.self) { try CohenKappa(["A"], []) }
    #expect(KrippendorffAlpha(units: []).alpha == nil)
    #expect(KrippendorffAlpha(units: [["A"], ["B"]]).alpha == nil)
    #expect(KrippendorffAlpha(units: [["A", "A"], ["B", "B"]]).alpha == 1)
    #expect(KrippendorffAlpha(units: [["A", "A"]]).alpha == nil)
  }

  @Test func whatHasNotMovedHasIndexZero() throws {
    let values = [0.1, 0.5, 1.5, 2.5]
    #expect(try PopulationStability.index(expected: values, actual: values, edges: [1, 2]) == 0)
    let moved = try PopulationStability.index(expected: values, actual: [9, 9, 9], edges: [1, 2])
    #expect(moved > 0.25 && moved.isFinite)
    #expect(throws: StatisticsError.self) {
      try PopulationStability.index(expected: values, actual: values, edges: [2, 1])
    }
    #expect(throws: StatisticsError.self) { try PopulationStability.index(expected: [], actual: values, edges: [1]) }
  }
}
