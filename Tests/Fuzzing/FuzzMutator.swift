import Core

/// Seeded mutations of a target's seeds: what the tests run in place of a fuzzer.
public struct FuzzMutator: Sendable {
  private var random: CounterRandom
  private let seeds: [[UInt8]]
  private let words: [[UInt8]]
  /// Longest input, in bytes.
  public static let maximumBytes = 4096

  /// The mutations of a target under a seed.
  public init(_ target: FuzzTarget, seed: UInt64) {
    random = CounterRandom(seed: seed, purpose: .propertyTest)
    seeds = target.seeds
    words = target.dictionary.map { Array($0.utf8) }
  }

  /// The next input.
  public mutating func next() -> [UInt8] {
    var bytes = seeds[random.below(seeds.count)]
    for _ in 0...random.below(5) { mutate(&bytes) }
    return Array(bytes.prefix(Self.maximumBytes))
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let place = random.below(bytes.count + 1)
    let end = min(bytes.count, place + random.below(16))
    switch random.below(7) {
    case 0 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(random.below(8))
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4:
      let other = seeds[random.below(seeds.count)]
      bytes.replaceSubrange(place..., with: other.dropFirst(random.below(other.count + 1)))
    case 5 where !words.isEmpty: bytes.replaceSubrange(place..<end, with: words[random.below(words.count)])
    default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
    }
  }
}
