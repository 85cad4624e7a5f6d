import Core

/// Long while the mean of the last `fast` closes is above that of the last `slow`, flat while it is below; equal means
/// keep the target. Compared exactly: `slow · sum(fast)` with `fast · sum(slow)` in 128-bit integers. Long only: a
/// short that it finds is closed. All of the allowed size.
public struct SMACrossPolicy: Policy {
  /// Most bars of a mean.
  public static let maximumBars = 10_000
  /// `sma-cross-FAST-SLOW`, and the hash of the parameters.
  public let identity: PolicyIdentity
  private let fast: Int
  private let slow: Int
  /// Rings of the last `slow` closes, one after the other by instrument index.
  private var closes: [Int64] = []
  private var streams: [Stream] = []

  private struct Stream {
    var sumFast: Int128 = 0
    var sumSlow: Int128 = 0
    var count = 0
    /// Where the next close goes in the ring.
    var next = 0
    var wantsLong = false
    var ties = 0

    /// Takes a close into its ring. If `side` is given and not what the rule would want then: does nothing, and false.
    ///
    /// Nothing overflows: sums of 10,000 closes of 64 bits, times 10,000, take 92.
    @inline(__always)
    mutating func take(
      _ close: Int64, _ ring: UnsafeMutableBufferPointer<Int64>.SubSequence, fast: Int, slow: Int,
      ifSuits side: PositionSide?
    ) -> Bool {
      var stream = self
      stream.sumFast &+= Int128(close)
      stream.sumSlow &+= Int128(close)
      if count >= fast {
        let leaving = next >= fast ? next - fast : next - fast + slow
        stream.sumFast &-= Int128(ring[ring.startIndex + leaving])
      }
      if count >= slow { stream.sumSlow &-= Int128(ring[ring.startIndex + next]) }
      stream.next = next + 1 == slow ? 0 : next + 1
      if count < slow { stream.count += 1 }
      if stream.count == slow {
        let left = stream.sumFast &* Int128(slow)
        let right = stream.sumSlow &* Int128(fast)
        if left == right { stream.ties += 1 } else { stream.wantsLong = left > right }
      }
      if let side, !stream.suits(side, slow: slow) { return false }
      var ring = ring
      ring[ring.startIndex + next] = close
      self = stream
      return true
    }

    /// Whether a side is what the rule wants; before it knows what that is, any.
    @inline(__always)
    func suits(_ side: PositionSide, slow: Int) -> Bool { count < slow || side == (wantsLong ? .long : .flat) }
  }

  /// The rule for `0 < fast < slow <= maximumBars`. Throws `PolicyError.parameters`.
  public init(fast: Int, slow: Int) throws {
    guard fast > 0, fast < slow, slow <= Self.maximumBars else {
      throw PolicyError.parameters(
        "sma-cross: fast \(fast) and slow \(slow) must satisfy 0 < fast < slow <= \(Self.maximumBars)")
    }
    self.fast = fast
    self.slow = slow
    identity = .rule(name: "sma-cross-\(fast)-\(slow)") { json in
      json.key("fast")
      json.value(fast)
      json.key("kind")
      json.value(literal: "sma-cross")
      json.key("slow")
      json.value(slow)
    }
  }

  /// Takes the close into the means of its instrument: constant time, no allocation after the first bar.
  public mutating func observe(_ observation: Observation) {
    let index = Int(observation.instrument.index)
    if index >= streams.count { makeRoom(for: index) }
    let close = observation.bar.close.raw
    closes.withUnsafeMutableBufferPointer { closes in
      let ring = closes[index * slow..<(index + 1) * slow]
      _ = streams[index].take(close, ring, fast: fast, slow: slow, ifSuits: nil)
    }
  }

  /// True: closes are all that it looks at.
  public var seesBarsOnly: Bool { true }

  /// True.
  public var holdsThroughBars: Bool { true }

  /// Takes closes as long as the positions are what the rule wants.
  public mutating func hold(through bars: ArraySlice<Bar>, sides: [HeldSide]) -> Int { take(bars, ifSuit: sides) }

  /// Takes closes.
  public mutating func observe(_ bars: ArraySlice<Bar>, sides: [HeldSide]) {
    if sides.count > streams.count { makeRoom(for: sides.count - 1) }
    _ = take(bars, ifSuit: nil)
  }

  /// Takes closes, as long as they make the rule want the sides given; how many.
  private mutating func take(_ bars: ArraySlice<Bar>, ifSuit sides: [HeldSide]?) -> Int {
    if let sides, sides.count > streams.count { makeRoom(for: sides.count - 1) }
    let (fast, slow) = (fast, slow)
    return closes.withUnsafeMutableBufferPointer { closes in
      streams.withUnsafeMutableBufferPointer { streams in
        for place in bars.indices {
          let index = Int(bars[place].instrument.index)
          let ring = closes[index * slow..<(index + 1) * slow]
          let isTaken = streams[index].take(
            bars[place].close.raw, ring, fast: fast, slow: slow, ifSuits: sides.map { $0[index].side })
          if !isTaken { return place - bars.startIndex }
        }
        return bars.count
      }
    }
  }

  /// Closes at which the means were equal.
  public func tallies(of instrument: InstrumentID) -> [(name: String, count: Int)] {
    let index = Int(instrument.index)
    return [("sma_ties", index < streams.count ? streams[index].ties : 0)]
  }

  /// Happens once for each instrument, at most `InstrumentTable.capacity` times.
  private mutating func makeRoom(for index: Int) {
    streams.append(contentsOf: repeatElement(Stream(), count: index + 1 - streams.count))
    closes.append(contentsOf: repeatElement(0, count: streams.count * slow - closes.count))
  }

  /// Whether the position is what the rule wants.
  public mutating func holds(_ observation: Observation) -> Bool {
    let index = Int(observation.instrument.index)
    return index >= streams.count || streams[index].suits(observation.position.side, slow: slow)
  }

  /// Buys when flat and the target is long, closes when held and the target is flat.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    let index = Int(observation.instrument.index)
    guard index < streams.count, streams[index].count == slow else { return .wish(.hold(note: "warming_up")) }
    switch observation.position.side {
    case .flat where streams[index].wantsLong: return .wish(PolicyWish(action: .buyLong, fraction: .one))
    case .long where !streams[index].wantsLong: return .wish(PolicyWish(action: .closeLong, fraction: .one))
    case .short: return .wish(PolicyWish(action: .closeShort, fraction: .one))
    case .flat, .long: return .wish(.hold())
    }
  }
}
