/// Moving average convergence and divergence (12, 26, 9).
///
/// As in TA-Lib both means begin at the same bar: the fast one is seeded from the `fast` closes that end where the slow
/// one's seed ends, not from the first closes.
package struct MACD: Sendable {
  private let skipped: Int
  private var seen = 0
  private var fast: ExponentialMovingAverage
  private var slow: ExponentialMovingAverage
  private var signal: ExponentialMovingAverage

  /// `fast` must not be above `slow`.
  package init(fast: Int = 12, slow: Int = 26, signal: Int = 9) {
    precondition(fast <= slow)
    skipped = slow - fast
    self.fast = ExponentialMovingAverage(period: fast)
    self.slow = ExponentialMovingAverage(period: slow)
    self.signal = ExponentialMovingAverage(period: signal)
  }

  /// Takes a close; line, signal and histogram, nil until all three are known.
  @inline(__always)
  package mutating func receive(_ close: Double) -> (line: Double, signal: Double, histogram: Double)? {
    let slowMean = slow.receive(close)
    seen += 1
    guard seen > skipped, let fastMean = fast.receive(close), let slowMean else { return nil }
    let line = fastMean - slowMean
    guard let signalMean = signal.receive(line) else { return nil }
    return (line, signalMean, line - signalMean)
  }
}
