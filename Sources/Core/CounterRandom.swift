import Foundation

/// What a stream of random numbers is for. Numbers are part of saved results: never reuse or renumber one.
public enum RandomPurpose: UInt64, Sendable {
  case weightInitialisation = 1
  case simulatedMarket = 2
  case simulatedGap = 3
  case propertyTest = 4
  case randomPolicy = 5
  case trainingExploration = 6
  case simulationSchedule = 7
  case simulationFaults = 8
  case simulationPolicy = 9
  case simulationTravel = 10
  case returnIntervals = 11
  case simulationVenue = 12
  case reconnectJitter = 40
  case exchangeFaults = 41
  case fetchJitter = 42
  case missedFills = 50
  case lookaheadCheck = 51
  case trainingStability = 60
  case trainingSamples = 61
  case plantedMarket = 62
  case corpusSampling = 63
  case outcomeShuffle = 64
  case dropout = 65
  case diagnosisIntervals = 70
}

/// Counter-based random numbers: SplitMix64 keyed by (seed, purpose, step, lane), so that any draw can be had without
/// the ones before it.
///
/// Reference: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014), with the finaliser `mix`.
public struct CounterRandom: RandomNumberGenerator, Sendable {
  @usableFromInline static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// The key of this stream.
  public let key: UInt64
  /// Draws made so far.
  public private(set) var count: UInt64 = 0

  /// A stream that starts at a bare key: draw k is `mix(key + k · golden)`.
  public init(key: UInt64) { self.key = key }

  /// The stream of one purpose, step and lane.
  public init(seed: UInt64, purpose: RandomPurpose, step: UInt64 = 0, lane: UInt64 = 0) {
    var state = Self.mix(seed &+ Self.golden)
    state = Self.mix(state ^ purpose.rawValue)
    state = Self.mix(state ^ step)
    state = Self.mix(state ^ lane)
    key = state
  }

  /// SplitMix64's finaliser.
  @inlinable public static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    count &+= 1
    return Self.mix(key &+ count &* Self.golden)
  }

  /// The next uniform number in [0, 1), of 53 bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// The next integer in 0..<bound. `bound` must be positive.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0)
    return Int(uniform() * Double(bound))
  }

  /// The next standard normal number (Box and Muller's cosine form, two draws).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
