import Core

/// Everything the stage remembers of one instrument.
struct InstrumentState: Sendable {
  /// Past values that the volatility is ranked among, at most.
  static let rankBars = 1000

  private let isShortable: Bool
  private let scope: FeatureScope
  /// nil: the market never demands that positions are closed.
  private let squareOffCalendar: TradingCalendar?
  private(set) var barCount = 0
  var position = PositionView.flat
  var quote: Quote?
  private var calculator = FeatureCalculator()
  private var window = FeatureWindow()
  private var trueRange = ExactAverageTrueRange()
  private var volatilities = RollingRank(capacity: rankBars)
  private var tracker: ComplexityTracker?
  private var averageTrueRange: Price?
  private var volatilityRank: Double?
  private var complexity: Double?

  init(isShortable: Bool, calendar: TradingCalendar, scope: FeatureScope) {
    self.isShortable = isShortable
    squareOffCalendar = calendar.session?.squareOffMinute == nil ? nil : calendar
    self.scope = scope
    tracker = scope == .network ? ComplexityTracker() : nil
  }

  /// Takes a possible bar; false if one of its features was not a finite number.
  @inline(__always)
  mutating func receive(_ bar: Bar, _ normaliser: FeatureNormaliser) -> Bool {
    barCount += 1
    if scope == .price { return true }
    averageTrueRange = trueRange.receive(high: bar.high, low: bar.low, close: bar.close)
    defer {
      if let volatility = calculator.volatility24 { volatilityRank = volatilities.receive(volatility)?.shareBelow }
    }
    if scope == .sizing {
      calculator.receive(close: bar.close.approximate)
      return true
    }
    let values = BarValues(
      open: bar.open.approximate, high: bar.high.approximate, low: bar.low.approximate, close: bar.close.approximate,
      volume: bar.volume.approximate)
    let isFinite = withUnsafeTemporaryAllocation(of: Double.self, capacity: FeatureSchema.names.count) { row in
      calculator.receive(values, into: row) ? window.append(row, normaliser) : true
    }
    complexity = tracker?.receive(
      close: values.close, logClose: calculator.logClose, logReturn: calculator.logReturn,
      volatility24: calculator.volatility24, volatility168: calculator.volatility168)
    return isFinite
  }

  /// Takes a bar, or leaves everything as it is when the bar is not usable; what a policy sees then.
  ///
  /// One mutating step, so that the state is never copied: it holds some thirty arrays to count references of.
  mutating func observe(
    _ bar: Bar, isUsable: Bool, normaliser: FeatureNormaliser, clock: ClockFeatures, quality: QualityFlags
  ) -> Observation {
    var quality = quality
    if !isUsable || !receive(bar, normaliser) { quality.insert(.nonFinite) }
    let isWarm = barCount >= FeatureSchema.warmUpBars
    if !isWarm { quality.insert(.warmingUp) }
    return Observation(
      instrument: bar.instrument, timeframe: bar.timeframe, bar: bar, barCount: barCount,
      window: scope == .network && isWarm ? window.copy() : [],
      context: scope == .network ? clock.context(position: position.side, isShortable: isShortable) : [],
      complexity: complexity,
      quality: quality, position: position, isShortable: isShortable, averageTrueRange: averageTrueRange,
      volatilityPerBar: calculator.volatility168, volatilityRank: volatilityRank, quote: quote,
      isSquareOff: isSquareOff(at: bar.closeTime))
  }

  private func isSquareOff(at moment: Timestamp) -> Bool {
    squareOffCalendar?.phase(at: moment) == .squareOff
  }
}
