import Core
import Foundation

/// What all instruments of the simulated market share.
struct SimulatedScale {
  static let millisecondsPerYear = 365.25 * 86_400_000
  /// Bars between the beginnings of two gaps, on average.
  static let barsBetweenGaps = 2000.0
  /// Price step.
  static let ticksPerUnit = 100.0
  static let tickRaw: Int64 = 10_000_000
  static let largestTicks = Int64.max / tickRaw

  let timeframe: Timeframe
  /// Square root of a bar's share of a year.
  let rootOfYears: Double
  let barsPerDay: Double

  init(_ timeframe: Timeframe) {
    self.timeframe = timeframe
    rootOfYears = (Double(timeframe.milliseconds) / Self.millisecondsPerYear).squareRoot()
    barsPerDay = 86_400_000 / Double(timeframe.milliseconds)
  }
}

/// The price path of one instrument. Log returns follow a GARCH(1,1) with a common factor (Bollerslev 1986), volatility
/// and drift of the regime, and a weak pull to the start price that keeps an unlimited run within the type's range.
struct SimulatedPath {
  // Shares of the last squared shock and of the last variance; their sum tells how long clusters last.
  private static let shockShare = 0.08
  private static let memory = 0.9
  /// Correlation of two instruments is the square of this.
  private static let commonLoading = 0.7
  /// Largest move away from the start price, as a factor of it.
  private static let largestFactor = 1000.0

  let instrument: InstrumentID
  private let scale: SimulatedScale
  private let volatility: Double
  private let pull: Double
  private let startLog: Double
  private let logBounds: ClosedRange<Double>
  private let usualVolume: Double
  private var random: CounterRandom
  private var gapRandom: CounterRandom
  private var variance = 1.0
  private var logPrice: Double
  private var closeTicks: Int64
  private var barsToGap: Int
  private var barsMissing = 0

  init(seed: UInt64, stream: UInt64, instrument: InstrumentID, startPrice: Price, scale: SimulatedScale) {
    self.instrument = instrument
    self.scale = scale
    let lane = UInt64(instrument.index)
    random = CounterRandom(seed: seed, purpose: .simulatedMarket, step: stream, lane: lane)
    gapRandom = CounterRandom(seed: seed, purpose: .simulatedGap, step: stream, lane: lane)
    let annual = 0.6 + 0.2 * random.uniform()
    volatility = annual * scale.rootOfYears
    // A pull of this strength makes the spread of log prices about 0.7 in the long run, whatever the bar length.
    pull = volatility * volatility
    closeTicks = max(1, startPrice.raw / SimulatedScale.tickRaw)
    startLog = log(Double(closeTicks) / SimulatedScale.ticksPerUnit)
    logPrice = startLog
    let reach = log(Self.largestFactor)
    logBounds = max(log(0.01), startLog - reach)...max(startLog, min(log(1e9), startLog + reach))
    usualVolume = 5e8 / (Double(closeTicks) / SimulatedScale.ticksPerUnit) / scale.barsPerDay
    barsToGap = Self.distance(&gapRandom)
  }

  private static func distance(_ random: inout CounterRandom) -> Int {
    1 + Int(-log(1 - random.uniform()) * SimulatedScale.barsBetweenGaps)
  }

  /// Moves on by one bar. nil: the bar is missing. `common` is the normal shock that all instruments share.
  mutating func next(at openTime: Timestamp, regime: MarketRegime, common: Double) -> Bar? {
    let own = random.normal()
    let shock = Self.commonLoading * common + (1 - Self.commonLoading * Self.commonLoading).squareRoot() * own
    let spread = volatility * regime.volatility * variance.squareRoot()
    let wanted = logPrice + shock * spread + regime.drift * volatility - pull * (logPrice - startLog)
    let previous = logPrice
    logPrice = min(max(wanted, logBounds.lowerBound), logBounds.upperBound)
    variance = min(
      25, 1 - Self.shockShare - Self.memory + variance * (Self.shockShare * shock * shock + Self.memory))
    let move = logPrice - previous
    // Extremes of a Brownian bridge between the two closes.
    let noise = 2 * spread * spread
    let up = 0.5 * (move + (move * move - noise * log(1 - random.uniform())).squareRoot())
    let down = 0.5 * (move - (move * move - noise * log(1 - random.uniform())).squareRoot())
    let volume = self.volume(at: openTime, activity: abs(move) / max(volatility, 1e-12))
    let open = closeTicks
    let close = Self.ticks(logPrice)
    closeTicks = close
    guard !isMissing() else { return nil }
    return Bar(
      instrument: instrument, timeframe: scale.timeframe, openTime: openTime, open: Self.price(open),
      high: Self.price(max(open, close, Self.ticks(previous + up))),
      low: Self.price(min(open, close, Self.ticks(previous + down))), close: Self.price(close), volume: volume)
  }

  private mutating func isMissing() -> Bool {
    if barsMissing > 0 {
      barsMissing -= 1
      return true
    }
    barsToGap -= 1
    guard barsToGap == 0 else { return false }
    barsToGap = Self.distance(&gapRandom)
    barsMissing = gapRandom.below(3)
    return true
  }

  /// Lognormal, higher at the ends of the UTC day and in large moves, in steps of 10⁻⁵.
  private mutating func volume(at moment: Timestamp, activity: Double) -> Measure {
    let day = Double(moment.milliseconds - Timeframe.oneDay.start(of: moment).milliseconds) / 86_400_000
    let ends = 2 * day - 1
    let amount = usualVolume * (0.7 + 0.9 * ends * ends) * exp(0.4 * random.normal()) * (0.7 + 0.4 * min(activity, 10))
    let steps = max(1, Int64(min(amount, 1e12) * 100_000))
    return Measure(raw: Int128(steps) * 10_000_000_000_000)
  }

  private static func ticks(_ logPrice: Double) -> Int64 {
    let ticks = (exp(logPrice) * SimulatedScale.ticksPerUnit).rounded()
    return max(1, Int64(min(ticks, Double(SimulatedScale.largestTicks))))
  }

  private static func price(_ ticks: Int64) -> Price { Price(raw: ticks * SimulatedScale.tickRaw) }
}
