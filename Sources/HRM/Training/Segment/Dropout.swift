/// Numbers that are left out in one training step: of what attention and MLP add to the residual stream each is 0 with
/// a probability, and else multiplied so that its mean stays. Every call of a module in the segment has masks of its own.
///
/// A mask is a function of seed, step, row of the batch and place alone, so threads, processes and interruptions do not
/// show. What the network is judged by, decides with, and expects of its next segment is computed without.
public struct Dropout: Sendable, Equatable {
  /// The fixed number of this purpose among all streams of random numbers.
  private static let purpose: UInt64 = 65
  /// Largest probability.
  public static let largestRate = 0.9
  /// The probability, 0...0.9.
  public let rate: Double
  private let seed: UInt64
  private let step: UInt64
  private let firstRow: Int
  /// What stays is multiplied by this.
  let factor: Float
  /// Of 32 random bits, the numbers that leave something out are below this.
  private let threshold: UInt64

  /// - Parameters:
  ///   - seed, step: of the run.
  ///   - firstRow: number of the network's first lane among the rows of all processes.
  public init(rate: Double, seed: UInt64, step: Int, firstRow: Int = 0) {
    precondition((0...Self.largestRate).contains(rate), "dropout lies in 0...\(Self.largestRate)")
    self.rate = rate
    self.seed = seed
    self.step = UInt64(bitPattern: Int64(step))
    self.firstRow = firstRow
    factor = Float(1 / (1 - rate))
    threshold = UInt64((rate * 0x1p32).rounded())
  }

  /// The random numbers of one lane.
  func stream(lane: Int) -> WeightRandom {
    WeightRandom(seed: seed, purpose: Self.purpose, step: step, lane: UInt64(firstRow + lane))
  }

  /// What two neighbouring components are multiplied by: each draw gives both.
  @inline(__always) func factors(_ stream: WeightRandom, draw: Int) -> (Float, Float) {
    let bits = stream.bits(draw: UInt64(draw))
    return (bits >> 32 < threshold ? 0 : factor, bits & 0xFFFF_FFFF < threshold ? 0 : factor)
  }
}
