import Core

extension ReportData {
  /// Something with a name.
  package struct Named: Sendable {
    package var name: String
    package var value: String
    /// A name and a value.
    package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
  }

  /// How often something happened.
  package struct Count: Sendable {
    package var name: String
    package var count: Int
    /// A name and a count.
    package init(_ name: String, _ count: Int) { (self.name, self.count) = (name, count) }
  }

  /// What kept a policy from opening from a moment to the end of the run.
  package struct Ending: Sendable {
    package var at: Timestamp
    /// Who or what, such as `drawdown`.
    package var by: String
    /// In words.
    package var reason: String
    /// An ending as given.
    package init(at: Timestamp, by: String, reason: String) { (self.at, self.by, self.reason) = (at, by, reason) }
  }

  /// One policy's account through time, with its figures; nil where they are not defined.
  package struct Line: Sendable {
    package var name: String
    package var times: [Timestamp] = []
    package var equity: [Double] = []
    /// Fall from the highest equity so far, as a share of it, 0 or above.
    package var drawdowns: [Double] = []
    package var totalReturn: Double?
    package var annualReturn: Double?
    /// 95 % interval of the annual return.
    package var low: Double?
    package var high: Double?
    package var volatility: Double?
    package var sharpe: Double?
    package var sortino: Double?
    package var maxDrawdown: Double?
    package var closedTrades = 0
    package var fees = 0.0
    /// P(Sharpe > 0), and the same against the best of the trials.
    package var probability: Double?
    package var deflated: Double?
    /// An account of which nothing is known yet.
    package init(name: String) { self.name = name }
  }

  /// The rolling Sharpe ratio at the end of a window.
  package struct RollingPoint: Sendable {
    package var at: Timestamp
    package var sharpe: Double
    package var error: Double
    /// A point as given.
    package init(at: Timestamp, sharpe: Double, error: Double) {
      (self.at, self.sharpe, self.error) = (at, sharpe, error)
    }
  }

  /// Profit before costs, what costs took, and what was left.
  package struct Costs: Sendable {
    package var fees: Double
    package var slippage: Double
    package var net: Double
    /// Costs as given.
    package init(fees: Double, slippage: Double, net: Double) {
      (self.fees, self.slippage, self.net) = (fees, slippage, net)
    }
    /// Profit before costs.
    package var gross: Double { net + fees + slippage }
  }

  /// How deep a network thought on a day.
  package struct DepthDay: Sendable {
    package var at: Timestamp
    package var segments: Double
    package var complexity: Double?
    /// A day as given.
    package init(at: Timestamp, segments: Double, complexity: Double?) {
      (self.at, self.segments, self.complexity) = (at, segments, complexity)
    }
  }

  /// A fall of equity below its peak.
  package struct Fall: Sendable {
    package var depth: Double
    package var peak: Timestamp
    package var trough: Timestamp
    package var recovery: Timestamp?
    /// A fall as given.
    package init(depth: Double, peak: Timestamp, trough: Timestamp, recovery: Timestamp?) {
      (self.depth, self.peak, self.trough, self.recovery) = (depth, peak, trough, recovery)
    }
  }

  /// A trade as it is drawn.
  package struct TradeMark: Sendable {
    /// Place among the markets.
    package var market: Int
    package var isLong: Bool
    package var entryTime: Timestamp
    package var exitTime: Timestamp
    package var entryPrice: Double
    package var exitPrice: Double
    package var profit: Double
    /// Profit in units of the risk at entry; nil without a stop.
    package var riskMultiple: Double?
    /// Worst and best excursion as shares of the entry price.
    package var adverse: Double
    package var favourable: Double
    package var bars: Int
    /// A trade as given.
    package init(
      market: Int, isLong: Bool, entryTime: Timestamp, exitTime: Timestamp, entryPrice: Double, exitPrice: Double,
      profit: Double, riskMultiple: Double? = nil, adverse: Double = 0, favourable: Double = 0, bars: Int = 1
    ) {
      self.market = market
      self.isLong = isLong
      (self.entryTime, self.exitTime) = (entryTime, exitTime)
      (self.entryPrice, self.exitPrice) = (entryPrice, exitPrice)
      self.profit = profit
      self.riskMultiple = riskMultiple
      (self.adverse, self.favourable) = (adverse, favourable)
      self.bars = bars
    }
  }

  /// One instrument: its prices and what it brought.
  package struct Market: Sendable {
    package var symbol: String
    /// Starts of stretches of bars, with the lowest and the highest price of each.
    package var times: [Timestamp] = []
    package var lows: [Double] = []
    package var highs: [Double] = []
    package var bars = 0
    /// Open time of the last bar.
    package var last: Timestamp?
    package var closedTrades = 0
    package var fills = 0
    package var profit = 0.0
    /// An instrument of which nothing is known yet.
    package init(symbol: String) { self.symbol = symbol }
  }
}
