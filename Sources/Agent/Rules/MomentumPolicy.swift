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

    /// Takes a close, and the side wanted after it.
    mutating func take(_ close: Int64, _ target: PositionSide?, _ lookback: Int) {
      guard let target else { return closes.append(close) }
      closes[next] = close
      next = next + 1 == lookback ? 0 : next + 1
      isWarm = true
      self.target = target
    }
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
    take(observation.bar, isShortable: observation.isShortable, ifSuits: nil)
  }

  /// True: closes, and whether a short is possible, are all that it looks at.
  public var seesBarsOnly: Bool { true }

  /// True.
  public var holdsThroughBars: Bool { true }

  /// Takes closes as long as the positions are on the side of the rule.
  public mutating func hold(through bars: ArraySlice<Bar>, sides: [HeldSide]) -> Int {
    for place in bars.indices {
      let held = sides[Int(bars[place].instrument.index)]
      if !take(bars[place], isShortable: held.isShortable, ifSuits: held.side) { return place - bars.startIndex }
    }
    return bars.count
  }

  /// Takes closes.
  public mutating func observe(_ bars: ArraySlice<Bar>, sides: [HeldSide]) {
    for place in bars.indices {
      take(bars[place], isShortable: sides[Int(bars[place].instrument.index)].isShortable, ifSuits: nil)
    }
  }

  /// Takes a close. If `side` is given and not what the rule would want then: does nothing, and false.
  @discardableResult
  private mutating func take(_ bar: Bar, isShortable: Bool, ifSuits side: PositionSide?) -> Bool {
    let (index, close) = (Int(bar.instrument.index), bar.close.raw)
    while streams.count <= index { streams.append(Stream()) }
    let target = target(at: close, index, isShortable: isShortable)
    if let side, let target, target != side { return false }
    streams[index].take(close, target, lookback)
    return true
  }

  /// The side wanted after a close; nil: not known yet.
  private func target(at close: Int64, _ index: Int, isShortable: Bool) -> PositionSide? {
    guard streams[index].closes.count == lookback else { return nil }
    let past = streams[index].closes[streams[index].next]
    if close > past { return .long }
    if close < past { return maySellShort && isShortable ? .short : .flat }
    return streams[index].target
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
