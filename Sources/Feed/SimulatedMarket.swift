import Core

/// An endless market out of a seed: calm, rising, falling and turbulent stretches, volatility that clusters, instruments
/// that move together, rare missing bars (a gap every 2,000 bars, of one to three bars), prices on a tick of 0.01.
///
/// The same seed and stream give the same bars on the same kind of processor. An instrument's bars do not depend on which
/// other instruments are listed. Volatility is 60 to 80 % a year, scaled to the bar length by its square root.
public struct SimulatedMarket: BarSource, Sendable {
  /// Lane of the draws that all instruments share; no instrument has it.
  private static let commonLane: UInt64 = 1 << 32

  private let scale: SimulatedScale
  private var paths: [SimulatedPath]
  private var random: CounterRandom
  private var openTime: Timestamp
  private var regime = MarketRegime.calm
  private var common = 0.0
  private var nextPath = 0

  /// A market.
  ///
  /// - Parameters:
  ///   - instruments: Instruments in the order in which their bars come within a step.
  ///   - start: A moment in the first bar.
  ///   - startPrices: First open of each instrument, cut to the tick.
  ///   - stream: Number of an independent market of the same seed.
  public init(
    seed: UInt64, instruments: [InstrumentID], timeframe: Timeframe, start: Timestamp, startPrices: [Price],
    stream: UInt64 = 0
  ) {
    precondition(!instruments.isEmpty && instruments.count == startPrices.count, "one start price per instrument")
    let scale = SimulatedScale(timeframe)
    self.scale = scale
    paths = zip(instruments, startPrices).map {
      SimulatedPath(seed: seed, stream: stream, instrument: $0, startPrice: $1, scale: scale)
    }
    random = CounterRandom(seed: seed, purpose: .simulatedMarket, step: stream, lane: Self.commonLane)
    openTime = timeframe.start(of: start)
    beginStep()
  }

  /// The next bar; nil only at the end of the year 9999.
  public mutating func next() -> Bar? {
    while openTime < .latest {
      let bar = paths[nextPath].next(at: openTime, regime: regime, common: common)
      nextPath += 1
      if nextPath == paths.count {
        nextPath = 0
        openTime = openTime.adding(milliseconds: scale.timeframe.milliseconds)
        beginStep()
      }
      if let bar { return bar }
    }
    return nil
  }

  private mutating func beginStep() {
    regime = regime.next(random.uniform())
    common = random.normal()
  }
}
