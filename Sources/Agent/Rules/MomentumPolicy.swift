import Core

/// Holds the side of the last `lookback` bars: long while the close is above the one of `lookback` bars ago, short while
/// it is below where the instrument can be sold short, flat otherwise; an equal close keeps the target. Time-series
/// momentum: Moskowitz, Ooi, Pedersen (2012), without its sizing by volatility, which is the risk veto's business.
public struct MomentumPolicy: Policy {
  /// Most bars to look back.
  public static let maximumBars = 10_000
  /// `momentum-LOOKBACK`, and the hash of the parameters.
  public let identity: PolicyIdentity
  private let lookback: Int
  private let maySellShort: Bool
  private var streams: [Stream] = []

  private struct Stream {
    /// The last `lookback` closes, a ring.
    var closes: [Int64] = []
    var next = 0
    var target = PositionSide.flat
    var isWarm = false
  }

  /// The rule for `0 < lookback <= maximumBars`. Throws `PolicyError.parameters`.
  public init(lookback: Int, maySellShort: Bool = true) throws {
    guard lookback > 0, lookback <= Self.maximumBars else {
      throw PolicyError.parameters("momentum: lookback \(lookback) must be from 1 to \(Self.maximumBars)")
    }
    self.lookback = lookback
    self.maySellShort = maySellShort
    identity = .rule(name: "momentum-\(lookback)") { json in
      json.key("kind")
      json.value(literal: "momentum")
      json.key("lookback")
      json.value(lookback)
      json.key("may_sell_short")
      json.value(maySellShort)
    }
  }

  /// Takes the close.
  public mutating func observe(_ observation: Observation) {
    let index = Int(observation.instrument.index)
    while streams.count <= index { streams.append(Stream()) }
    let close = observation.bar.close.raw
    guard streams[index].closes.count == lookback else { return streams[index].closes.append(close) }
    let past = streams[index].closes[streams[index].next]
    streams[index].closes[streams[index].next] = close
    streams[index].next = (streams[index].next + 1) % lookback
    streams[index].isWarm = true
    if close > past {
      streams[index].target = .long
    } else if close < past {
      streams[index].target = maySellShort && observation.isShortable ? .short : .flat
    }
  }

  /// Whether the position is what the rule wants.
  public mutating func holds(_ observation: Observation) -> Bool {
    let index = Int(observation.instrument.index)
    guard index < streams.count, streams[index].isWarm else { return true }
    return observation.position.side == streams[index].target
  }

  /// Goes towards the target, one step a bar: a reversal takes two.
  public mutating func decide(_ observation: Observation) -> PolicyAnswer {
    let index = Int(observation.instrument.index)
    guard index < streams.count, streams[index].isWarm else { return .wish(.hold(note: "warming_up")) }
    return .wish(.towards(streams[index].target, from: observation.position.side))
  }
}

extension PolicyWish {
  /// The step from one side to another: close what is in the way first, then open.
  public static func towards(_ target: PositionSide, from held: PositionSide) -> PolicyWish {
    if held == target { return .hold() }
    switch held {
    case .long: return PolicyWish(action: .closeLong, fraction: .one)
    case .short: return PolicyWish(action: .closeShort, fraction: .one)
    case .flat: return PolicyWish(action: target == .long ? .buyLong : .sellShort, fraction: .one)
    }
  }
}
