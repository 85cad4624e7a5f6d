import Core

/// How much of an observation is computed. Nothing else about it depends on the scope.
public enum FeatureScope: Sendable {
  /// The bar and the position: for rules that look at closes, where no limit looks at volatility.
  case price
  /// Also average true range, volatility and its rank: what sizing and the risk veto look at.
  case sizing
  /// Also the window and context features and the market complexity, which only networks and records need.
  case network
}

/// Bars in, observations out: network and context features, complexity, volatility and exact average true range of
/// every instrument of a run. A value at one bar never depends on a later bar.
public struct FeatureStage: Sendable {
  private let timeframe: Timeframe
  private let scope: FeatureScope
  private let normaliser: FeatureNormaliser
  private var states: [InstrumentState]
  private var clock = ClockFeatures(Timestamp(milliseconds: 0))
  private var clockMoment = Timestamp(milliseconds: 0)
  /// Bars that were no bars of this stage (impossible prices, another timeframe) and changed nothing.
  public private(set) var refusedBars = 0

  /// A stage that has seen no bar.
  ///
  /// - Parameters:
  ///   - scope: what observations carry.
  ///   - normaliser: scale of the network features; a model brings its own.
  public init(
    instruments: InstrumentTable, timeframe: Timeframe, scope: FeatureScope, normaliser: FeatureNormaliser = .identity
  ) {
    self.timeframe = timeframe
    self.scope = scope
    self.normaliser = normaliser
    states = instruments.instruments.map {
      InstrumentState(isShortable: $0.isShortable, calendar: $0.calendar, scope: scope)
    }
  }

  /// Takes the next bar of an instrument; what a policy sees at its close.
  ///
  /// Quality is `.warmingUp` before `FeatureSchema.warmUpBars` bars, `.gap` and `.preRoll` as given, `.nonFinite`
  /// where a feature of this bar stands as 0 because it was no number. A bar that is impossible or of another
  /// timeframe is counted, changes no state and yields an observation of the state before it, marked `.nonFinite`.
  public mutating func receive(_ bar: Bar, hasGap: Bool, isPreRoll: Bool) -> Observation {
    let closeTime = bar.closeTime
    if scope == .network, closeTime != clockMoment {
      clock = ClockFeatures(closeTime)
      clockMoment = closeTime
    }
    let isUsable = bar.timeframe == timeframe && bar.isConsistent
    if !isUsable { refusedBars += 1 }
    var quality: QualityFlags = []
    if hasGap { quality.insert(.gap) }
    if isPreRoll { quality.insert(.preRoll) }
    return states[Int(bar.instrument.index)].observe(
      bar, isUsable: isUsable, normaliser: normaliser, clock: clock, quality: quality)
  }

  /// Takes the bars that come next, at whose closes nobody looks.
  public mutating func absorb(_ bars: ArraySlice<Bar>) {
    for place in bars.indices {
      let isUsable = bars[place].timeframe == timeframe && bars[place].isConsistent
      if !isUsable {
        refusedBars += 1
      } else {
        _ = states[Int(bars[place].instrument.index)].receive(bars[place], normaliser)
      }
    }
  }

  /// Takes the position held from now on.
  public mutating func apply(_ position: PositionView, of instrument: InstrumentID) {
    states[Int(instrument.index)].position = position
  }

  /// Takes the best bid and offer, which the next observations carry.
  public mutating func receive(_ quote: Quote) { states[Int(quote.instrument.index)].quote = quote }

  /// SHA-256 of the window, then the context, as little-endian float32.
  public static func hash(of observation: Observation) -> [UInt8] {
    FeatureSchema.observationHash(window: observation.window, context: observation.context)
  }
}
