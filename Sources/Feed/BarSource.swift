import Core

/// Where closed bars come from: the simulated market, recorded files, a live stream.
public protocol BarSource {
  /// The next bar; nil at the end. Throws what makes the source unusable, for example a damaged file.
  mutating func next() throws -> Bar?
}
