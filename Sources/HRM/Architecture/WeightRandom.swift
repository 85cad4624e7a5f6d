/// Counter-based random numbers for weights and training: SplitMix64 keyed by (seed, purpose, step, lane). Draw k = 1, 2, … is
/// `mix(key + k · golden)`, so any draw can be had without the ones before it.
///
/// Reference: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
struct WeightRandom: Sendable {
  private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// The fixed number of the purpose "weight initialisation".
  static let initialisation: UInt64 = 1
  let key: UInt64

  /// The stream of one lane.
  init(seed: UInt64, purpose: UInt64 = initialisation, step: UInt64 = 0, lane: UInt64) {
    var state = Self.mix(seed &+ Self.golden)
    state = Self.mix(state ^ purpose)
    state = Self.mix(state ^ step)
    key = Self.mix(state ^ lane)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Draw k as a uniform number in the open interval (-1, 1): the centre of one of 2⁵³ equal cells.
  func symmetricUniform(draw k: UInt64) -> Double {
    let cell = Double(Self.mix(key &+ k &* Self.golden) >> 11)
    return (cell + 0.5) * 0x1p-52 - 1
  }

  /// Draw k as a uniform number in [0, 1), of 53 bits.
  func uniform(draw k: UInt64) -> Double { Double(Self.mix(key &+ k &* Self.golden) >> 11) * 0x1p-53 }

  /// Draw k as 64 random bits.
  func bits(draw k: UInt64) -> UInt64 { Self.mix(key &+ k &* Self.golden) }
}
