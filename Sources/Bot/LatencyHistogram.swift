/// Counts of latencies in buckets a thirty-second apart, in bounded memory: percentiles to about 3 %.
package struct LatencyHistogram: Sendable {
  private var buckets: [UInt64] = []
  /// Number of values.
  package private(set) var count: UInt64 = 0
  /// Largest value, in microseconds.
  package private(set) var maximumMicros = 0.0

  /// An empty histogram.
  package init() {}

  /// Adds a value.
  package mutating func add(microseconds: Int) {
    let (nanoseconds, overflow) = UInt64(max(0, microseconds)).multipliedReportingOverflow(by: 1000)
    add(nanoseconds: overflow ? .max : nanoseconds)
  }

  /// Adds a value.
  package mutating func add(nanoseconds: UInt64) {
    if buckets.isEmpty { buckets = Array(repeating: 0, count: 64 * 32) }
    buckets[Self.bucket(of: nanoseconds)] += 1
    count += 1
    maximumMicros = max(maximumMicros, Double(nanoseconds) / 1000)
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= 32 else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    return (exponent - 4) * 32 + Int((value >> (exponent - 5)) & 31)
  }

  private static func upperBound(of bucket: Int) -> Double {
    guard bucket >= 32 else { return Double(bucket) }
    let exponent = bucket / 32 + 4
    return Double(sign: .plus, exponent: exponent - 5, significand: Double(33 + bucket % 32))
  }

  /// The value in microseconds that a share `quantile` of values does not exceed; nil without values.
  package func microseconds(atQuantile quantile: Double) -> Double? {
    guard count > 0 else { return nil }
    var left = max(1, UInt64((Double(count) * quantile).rounded(.up)))
    for (index, n) in buckets.enumerated() {
      if n >= left { return min(Self.upperBound(of: index) / 1000, maximumMicros) }
      left -= n
    }
    return maximumMicros
  }
}
