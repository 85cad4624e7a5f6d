import Testing
import Training

@Suite struct TradingSeriesTests {
  @Test func aSeriesCountsItsBars() {
    let series = TradingSeries(
      name: "X 1h", featureCount: 2, features: [0, 1, 2, 3, 4, 5], clock: [Float](repeating: 0, count: 12),
      returns: [0.1, 0.2, .nan], deviations: [1, 1, 1], complexity: [1, 1, 1], isDecidable: [true, true, false])
    #expect(series.count == 3)
  }
}
