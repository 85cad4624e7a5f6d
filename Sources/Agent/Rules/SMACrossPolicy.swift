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
    let base = index * slow
    let close = observation.bar.close.raw
    var stream = streams[index]
    stream.sumFast += Int128(close)
    stream.sumSlow += Int128(close)
    if stream.count >= fast {
      let leaving = stream.next >= fast ? stream.next - fast : stream.next - fast + slow
      stream.sumFast -= Int128(closes[base + leaving])
    }
    if stream.count >= slow { stream.sumSlow -= Int128(closes[base + stream.next]) }
    closes[base + stream.next] = close
    stream.next = stream.next + 1 == slow ? 0 : stream.next + 1
    if stream.count < slow { stream.count += 1 }
    if stream.count == slow {
      let left = stream.sumFast * Int128(slow)
      let right = stream.sumSlow * Int128(fast)
      if left > right {
        stream.wantsLong = true
      } else if left < right {
        stream.wantsLong = false
      } else {
        stream.ties += 1
      }
    }
    streams[index] = stream
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
    guard index < streams.count, streams[index].count == slow else { return true }
    return observation.position.side == (streams[index].wantsLong ? .long : .flat)
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
