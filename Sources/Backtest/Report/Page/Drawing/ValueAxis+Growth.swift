import Foundation

extension ValueAxis {
  /// Range of values, as largest over smallest account, beyond which growth is drawn on a logarithmic axis.
  static let growthRatio = 2.0
  /// What is left of an account at least on such an axis; less is drawn at its lower end.
  static let leastLeft = 1e-3
  /// Most marks of such an axis.
  private static let mostMarks = 7
  /// Factors of a decade at which marks may stand, from many to few.
  private static let mantissas: [[Double]] = [
    [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.25, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9],
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1],
  ]

  /// An axis of growth since the start, 0 among it: logarithmic where the largest account is more than twice the smallest, so
  /// that equal heights are equal factors; else as any other.
  package init(growth values: some Sequence<Double>) {
    let known = values.filter { $0.isFinite }
    let least = max(min(known.min() ?? 0, 0), Self.leastLeft - 1)
    let most = min(max(known.max() ?? 0, 0), 1e15)
    guard (1 + most) / (1 + least) > Self.growthRatio else {
      self.init(known, holdsZero: true)
      return
    }
    // A little room beyond the ends, so that no line is cut in half.
    let room = pow((1 + most) / (1 + least), 0.02)
    let (low, high) = ((1 + least) / room - 1, (1 + most) * room - 1)
    let ticks = Self.growthMarks(from: low, to: high)
    self.init(growthFrom: low, to: high, ticks: ticks)
  }

  /// What is written at a mark of growth: with its sign, and as many decimals as it has.
  func growthLabel(_ value: Double) -> String {
    let percent = value * 100
    let decimals = abs(percent - percent.rounded()) < 1e-6 ? 0 : abs(percent) > 99.95 ? 2 : 1
    return (percent > 0 ? "+" : "") + ReportNumber.fixed(percent, decimals) + ReportNumber.unit("%")
  }

  /// As many round marks as can be read, 0 among them.
  private static func growthMarks(from low: Double, to high: Double) -> [Double] {
    let decades = Int(log10(1 + low).rounded(.down))...Int(log10(1 + high).rounded(.up))
    var marks: [Double] = []
    for mantissa in mantissas {
      marks = decades.flatMap { decade in
        // Powers of ten below one are divided by, so that a half is a half.
        mantissa.map { (decade < 0 ? $0 / pow(10, Double(-decade)) : $0 * pow(10, Double(decade))) - 1 }
      }.filter { $0 >= low && $0 <= high }
      if marks.count <= mostMarks { return marks }
    }
    // Of very many decades every so many-th, counted from the start of the account.
    let start = marks.firstIndex(of: 0) ?? 0
    let step = (marks.count + mostMarks - 1) / mostMarks
    return marks.indices.filter { ($0 - start) % step == 0 }.map { marks[$0] }
  }
}
