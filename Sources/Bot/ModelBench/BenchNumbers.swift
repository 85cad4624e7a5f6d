import Glibc

/// Numbers to compute with where their values do not matter, only their size.
enum BenchNumbers {
  /// Values in -1...1 of which neighbours differ.
  static func waves(_ count: Int, phase: Int = 0) -> [Float] {
    (0..<count).map { sinf(Float($0 + 1) * 0.37 + Float(phase)) }
  }
}

/// Measured values in order.
struct Samples {
  private let ordered: [Double]
  init(_ values: [Double]) { ordered = values.sorted() }
  var count: Int { ordered.count }
  var median: Double { quantile(0.5) }
  /// The smallest value that a share of the values does not exceed; 0 without values.
  func quantile(_ share: Double) -> Double {
    guard !ordered.isEmpty else { return 0 }
    return ordered[max(1, min(ordered.count, Int((share * Double(ordered.count)).rounded(.up)))) - 1]
  }
}
