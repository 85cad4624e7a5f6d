import HRM

/// How the scale of features is found.
package enum NormaliserFit: String, Codable, CaseIterable, Sendable {
  /// Mean and standard deviation.
  case mean
  /// Median, and the median distance from it times 1.4826: the same for a normal distribution, and blind to tails.
  case median

  /// What the median distance of a normal distribution is multiplied by to give its standard deviation.
  private static let medianScale = 1.4826

  /// The scale of the features of training decisions: of decidable bars in `ranges`, one range a series. Sums run in
  /// double precision over series, then bars, in their order. A feature that hardly varies keeps its size. Nil without
  /// a decidable bar, or with series of different features.
  package func normaliser(_ series: [TradingSeries], _ ranges: [Range<Int>]) -> InputNormaliser? {
    precondition(series.count == ranges.count)
    guard let width = series.first?.featureCount, width > 0, series.allSatisfy({ $0.featureCount == width }) else {
      return nil
    }
    let places = zip(series, ranges).map { series, range in range.filter { series.isDecidable[$0] } }
    let count = places.reduce(0) { $0 + $1.count }
    guard count > 0 else { return nil }
    var means: [Float] = [], deviations: [Float] = []
    for feature in 0..<width {
      let (mean, deviation) =
        self == .mean ? Self.moments(series, places, feature, count) : Self.medians(series, places, feature, count)
      let scale = Float(deviation)
      means.append(Float(mean))
      deviations.append(InputNormaliser.deviations.contains(scale) ? scale : 1)
    }
    return InputNormaliser(means: means, deviations: deviations)
  }

  private static func moments(
    _ series: [TradingSeries], _ places: [[Int]], _ feature: Int, _ count: Int
  ) -> (Double, Double) {
    var sum = 0.0
    each(series, places, feature) { sum += Double($0) }
    let mean = sum / Double(count)
    var squares = 0.0
    each(series, places, feature) { squares += (Double($0) - mean) * (Double($0) - mean) }
    return (mean, (squares / Double(count)).squareRoot())
  }

  private static func medians(
    _ series: [TradingSeries], _ places: [[Int]], _ feature: Int, _ count: Int
  ) -> (Double, Double) {
    var values: [Float] = []
    values.reserveCapacity(count)
    each(series, places, feature) { values.append($0) }
    let middle = median(&values)
    for index in values.indices { values[index] = Float((Double(values[index]) - middle).magnitude) }
    return (middle, medianScale * median(&values))
  }

  private static func median(_ values: inout [Float]) -> Double {
    values.sort()
    let half = values.count / 2
    return values.count % 2 == 1 ? Double(values[half]) : (Double(values[half - 1]) + Double(values[half])) / 2
  }

  @inline(__always)
  private static func each(_ series: [TradingSeries], _ places: [[Int]], _ feature: Int, _ body: (Float) -> Void) {
    for (series, places) in zip(series, places) {
      series.features.withUnsafeBufferPointer { features in
        for place in places { body(features[place * series.featureCount + feature]) }
      }
    }
  }
}
