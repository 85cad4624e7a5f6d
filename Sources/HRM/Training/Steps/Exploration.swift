/// Random least numbers of segments: now and then a lane must go on though it would stop.
public struct Exploration: Sendable, Equatable {
  /// The fixed number of this purpose among all streams of random numbers.
  private static let purpose: UInt64 = 6
  /// How often a lane gets a least number.
  public var probability: Double
  /// Of all draws of a run.
  public var seed: UInt64

  /// Exploration as given.
  public init(probability: Double = 0.1, seed: UInt64) {
    self.probability = probability
    self.seed = seed
  }

  /// The least number of segments of one lane in one training step: 0 for none, else uniform in 2...`maxSegments`. A
  /// function of its arguments alone.
  public func minimumSegments(step: Int, lane: Int, maxSegments: Int) -> Int {
    let random = WeightRandom(
      seed: seed, purpose: Self.purpose, step: UInt64(bitPattern: Int64(step)), lane: UInt64(lane))
    guard maxSegments >= 2, random.uniform(draw: 1) < probability else { return 0 }
    return 2 + Int(random.uniform(draw: 2) * Double(maxSegments - 1))
  }
}
