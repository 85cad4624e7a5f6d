import Backtest
import Core
import Foundation
import Testing

@Suite struct AxisTests {
  private static func uniform(_ random: inout CounterRandom) -> Double {
    Double(random.next() >> 11) / Double(1 << 53)
  }

  @Test func marksAreRoundAndHoldTheValues() {
    for seed in UInt64(1)...2000 {
      var random = CounterRandom(seed: seed, purpose: .returnIntervals)
      let scale = pow(10, Self.uniform(&random) * 24 - 12)
      let offset = (Self.uniform(&random) - 0.5) * scale * pow(10, Self.uniform(&random) * 4)
      let values = (0..<5).map { _ in offset + (Self.uniform(&random) - 0.5) * scale }
      let axis = ValueAxis(values)
      let digits = axis.step / pow(10, log10(axis.step * 1.0000001).rounded(.down))
      #expect([1.0, 2, 5, 10].contains { abs(digits - $0) < 1e-6 }, "seed \(seed): step \(axis.step)")
      #expect((2...8).contains(axis.ticks.count), "seed \(seed): \(axis.ticks)")
      #expect(axis.low <= values.min()! && axis.high >= values.max()!, "seed \(seed): \(values) in \(axis)")
      #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed): \(axis.ticks)")
      #expect(values.allSatisfy { (0...1).contains(axis.place($0)) }, "seed \(seed)")
      #expect(
        axis.ticks.allSatisfy { axis.low - axis.step * 1e-6 <= $0 && $0 <= axis.high + axis.step * 1e-6 },
        "seed \(seed)")
      if axis.decimals < 12 {
        #expect(
          Set(axis.ticks.map { axis.label($0) }).count == axis.ticks.count, "seed \(seed): labels of \(axis.ticks)")
      }
    }
  }

  @Test func growthIsMarkedReadablyOverAnyRange() {
    for seed in UInt64(1)...2000 {
      var random = CounterRandom(seed: seed, purpose: .returnIntervals)
      let values = (0..<4).map { _ in pow(10, Self.uniform(&random) * 6 - 3) * 1.01 - 1 }
      let axis = ValueAxis(growth: values)
      let ratio = (1 + max(0, values.max()!)) / (1 + min(0, values.min()!))
      #expect(axis.isLogarithmic == (ratio > 2), "seed \(seed): \(values)")
      #expect(axis.low <= min(0, values.min()!) && axis.high >= max(0, values.max()!), "seed \(seed): \(values)")
      #expect(axis.ticks.contains(0) && (2...8).contains(axis.ticks.count), "seed \(seed): \(axis.ticks)")
      #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed): \(axis.ticks)")
      #expect(
        Set(axis.ticks.map { axis.percentLabel($0) }).count == axis.ticks.count, "seed \(seed): \(axis.ticks)")
      guard axis.isLogarithmic else { continue }
      // Equal factors are equal heights.
      let (one, other) = (axis.place(0.1) - axis.place(0), axis.place(0.21) - axis.place(0.1))
      #expect(axis.high < 0.21 || abs(one - other) < 1e-9, "seed \(seed)")
    }
    let axis = ValueAxis(growth: [-0.55, 11])
    #expect(axis.ticks.map { axis.percentLabel($0) } == ["−50", "0", "+100", "+400", "+900"].map { "\($0)\u{A0}%" })
    // An account that was used up lies at the lower end.
    let ruined = ValueAxis(growth: [-3, 1])
    #expect(ruined.isLogarithmic && ruined.place(-3) == 0 && ruined.place(-1) == 0 && ruined.low > -1)
    #expect(!ValueAxis(growth: []).isLogarithmic && !ValueAxis(growth: [.nan, 0.4]).isLogarithmic)
    #expect(ValueAxis(growth: [1e14]).ticks.count <= 8)
  }

  @Test func oddValuesStillMakeAnAxis() {
    let cases: [[Double]] = [
      [], [.nan], [.infinity, -.infinity], [0], [0, 0], [5, 5], [-3, -3], [1e15, 1e15 + 1], [1e300, -1e300],
      [.greatestFiniteMagnitude, -.greatestFiniteMagnitude], [.leastNonzeroMagnitude], [1e-20, 2e-20],
    ]
    for values in cases {
      let axis = ValueAxis(values)
      #expect(axis.low < axis.high && axis.low.isFinite && axis.high.isFinite, "\(values)")
      #expect(
        !axis.ticks.isEmpty && axis.ticks.count < 20 && axis.ticks.allSatisfy(\.isFinite), "\(values): \(axis.ticks)")
    }
  }

  @Test func marksOfTimeAreInRangeAndFew() {
    for seed in UInt64(1)...2000 {
      var random = CounterRandom(seed: seed, purpose: .returnIntervals)
      let start = Int64(Self.uniform(&random) * 3e12) - 1_000_000_000_000
      let span = Int64(pow(10, Self.uniform(&random) * 9 + 3.5))
      let axis = TimeAxis([Timestamp(milliseconds: start), Timestamp(milliseconds: start + span)])
      #expect(axis.ticks.count <= 7, "seed \(seed): \(axis.ticks)")
      #expect(span < 120_000 || !axis.ticks.isEmpty || span > 2_000_000_000, "seed \(seed): no mark in \(axis.text)")
      #expect(axis.ticks.allSatisfy { (axis.low...axis.high).contains($0.at.milliseconds) }, "seed \(seed)")
      #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0.at < $1.at }, "seed \(seed)")
      #expect(axis.ticks.allSatisfy { $0.at.milliseconds % 60_000 == 0 }, "seed \(seed)")
    }
    let years = TimeAxis([
      CalendarDay(year: 2020, month: 3, day: 5)!.start, CalendarDay(year: 2025, month: 2, day: 1)!.start,
    ])
    #expect(years.ticks.map(\.label) == ["2021", "2022", "2023", "2024", "2025"])
    let months = TimeAxis([
      CalendarDay(year: 2024, month: 1, day: 20)!.start, CalendarDay(year: 2024, month: 6, day: 2)!.start,
    ])
    #expect(months.ticks.map(\.label) == ["Feb 2024", "Mar 2024", "Apr 2024", "May 2024", "Jun 2024"])
  }

  @Test func decimationKeepsEndsAndExtremes() {
    for seed in UInt64(1)...200 {
      var random = CounterRandom(seed: seed, purpose: .returnIntervals)
      let values = (0..<Int(Self.uniform(&random) * 5000)).map { _ in Self.uniform(&random) }
      let places = Decimation.places(values, limit: 300)
      #expect(places.count <= 300 && zip(places, places.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
      #expect(places.first == values.indices.first && places.last == values.indices.last, "seed \(seed)")
      let kept = places.map { values[$0] }
      #expect(kept.min() == values.min() && kept.max() == values.max(), "seed \(seed)")
    }
  }

  @Test func numbersAreShort() {
    #expect(ReportNumber.percent(-0.1234) == "−12.3\u{A0}%")
    #expect(ReportNumber.percent(0.00123, sign: true) == "+0.12\u{A0}%")
    #expect(ReportNumber.percent(-0.00001) == "0.00\u{A0}%")
    #expect(ReportNumber.percent(12.3456) == "1,235\u{A0}%")
    #expect(ReportNumber.percent(.nan) == "n/a" && ReportNumber.money(nil) == "n/a")
    #expect(ReportNumber.money(-1_234_567.8) == "−1,234,568")
    #expect(ReportNumber.money(12.345) == "12.35" || ReportNumber.money(12.345) == "12.34")
    #expect(ReportNumber.probability(0.99995) == "above 99.9\u{A0}%")
    #expect(ReportNumber.ratio(.infinity) == "no loss")
    #expect(ReportNumber.significant(0.00012345, 3) == "0.000123")
    #expect(
      ReportNumber.shortened("loss 3116.521525648 of 2024-01-02, v1.2.34567, 5.")
        == "loss 3116.5215 of 2024-01-02, v1.2.3456, 5.")
    #expect(ReportNumber.count(-12_345) == "−12,345")
    #expect(ReportNumber.span(millis: 5_400_000) == "90\u{A0}minutes")
  }
}
