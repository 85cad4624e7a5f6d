/// One bar as floating-point numbers, the form indicators and network features compute in.
package struct BarValues: Sendable {
  package var open: Double
  package var high: Double
  package var low: Double
  package var close: Double
  package var volume: Double

  /// Values as given.
  package init(open: Double, high: Double, low: Double, close: Double, volume: Double) {
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
  }

  /// (high + low + close) / 3.
  package var typical: Double { (high + low + close) / 3 }
}

/// Every indicator of the table, bar by bar, with TA-Lib's definitions and seeds.
package struct IndicatorSet: Sendable {
  /// Names, in the order of `receive`'s values.
  package static let names = [
    "sma_10", "sma_50", "ema_12", "ema_26", "rsi_14", "macd", "macd_signal", "macd_hist", "atr_14", "natr_14", "adx_14",
    "plus_di_14", "minus_di_14", "bb_upper_20_2", "bb_middle_20_2", "bb_lower_20_2", "stoch_k_14_3", "stoch_d_14_3_3",
    "stochf_k_14", "stochf_d_14_3", "cci_20", "obv", "roc_10", "willr_14", "mfi_14", "wma_20", "dema_20", "tema_20",
    "mom_10", "stddev_20", "trange", "aroon_down_14", "aroon_up_14", "ad", "trix_15", "kama_10",
  ]

  private var sma10 = SimpleMovingAverage(period: 10)
  private var sma50 = SimpleMovingAverage(period: 50)
  private var ema12 = ExponentialMovingAverage(period: 12)
  private var ema26 = ExponentialMovingAverage(period: 26)
  private var wma20 = WeightedMovingAverage(period: 20)
  private var dema20 = DoubleExponentialAverage(period: 20)
  private var tema20 = TripleExponentialAverage(period: 20)
  private var trix15 = TripleSmoothedChange(period: 15)
  private var kama10 = KaufmanAdaptiveAverage(period: 10)
  private var rsi14 = RelativeStrength(period: 14)
  private var macd = MACD()
  private var trueRange = TrueRange()
  private var atr14 = WilderAverage(period: 14)
  private var directional14 = DirectionalMovement(period: 14)
  private var moments20 = WindowMoments(length: 20)
  private var range14 = RangePosition(period: 14)
  private var stochastic = Stochastic()
  private var cci20 = CommodityChannel(period: 20)
  private var obv = OnBalanceVolume()
  private var ad = AccumulationDistribution()
  private var mfi14 = MoneyFlow(period: 14)
  private var momentum10 = Momentum(period: 10)
  private var aroon14 = Aroon(period: 14)

  /// A set that has seen no bar.
  package init() {}

  /// Takes a bar and writes one value a name into `row`, which has `names.count` places; nil = not ready.
  package mutating func receive(_ bar: BarValues, into row: inout [Double?]) {
    precondition(row.count == Self.names.count)
    let close = bar.close
    let macd = macd.receive(close)
    let range = trueRange.receive(high: bar.high, low: bar.low, close: close)
    let atr = range.flatMap { atr14.receive($0) }
    directional14.absorb(high: bar.high, low: bar.low, trueRange: range ?? 0)
    let moments = moments20.receive(close)
    let deviation = moments.map { $0.variance.squareRoot() }
    let position = range14.receive(high: bar.high, low: bar.low, close: close)
    let smooth = position.flatMap { stochastic.receive(fastK: $0.fast) }
    let momentum = momentum10.receive(close)
    let aroon = aroon14.receive(high: bar.high, low: bar.low)
    row[0] = sma10.receive(close)
    row[1] = sma50.receive(close)
    row[2] = ema12.receive(close)
    row[3] = ema26.receive(close)
    row[4] = rsi14.receive(close)
    row[5] = macd?.line
    row[6] = macd?.signal
    row[7] = macd?.histogram
    row[8] = atr
    row[9] = atr.map { ratio($0, close) * 100 }
    row[10] = directional14.averageIndex
    row[11] = directional14.indicators?.plus
    row[12] = directional14.indicators?.minus
    row[13] = moments.map { $0.mean + 2 * $0.variance.squareRoot() }
    row[14] = moments?.mean
    row[15] = moments.map { $0.mean - 2 * $0.variance.squareRoot() }
    // TA-Lib prints %K only where %D exists.
    row[16] = smooth?.slowD == nil ? nil : smooth?.fastD
    row[17] = smooth?.slowD
    row[18] = smooth == nil ? nil : position?.fast
    row[19] = smooth?.fastD
    row[20] = cci20.receive(bar.typical)
    row[21] = obv.receive(close: close, volume: bar.volume)
    row[22] = momentum?.percent
    row[23] = position?.williams
    row[24] = mfi14.receive(typical: bar.typical, volume: bar.volume)
    row[25] = wma20.receive(close)
    row[26] = dema20.receive(close)
    row[27] = tema20.receive(close)
    row[28] = momentum?.difference
    row[29] = deviation
    row[30] = range
    row[31] = aroon?.down
    row[32] = aroon?.up
    row[33] = ad.receive(high: bar.high, low: bar.low, close: close, volume: bar.volume)
    row[34] = trix15.receive(close)
    row[35] = kama10.receive(close)
  }
}
