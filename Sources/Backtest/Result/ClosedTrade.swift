import Core

/// What ended a trade.
package enum TradeExit: String, Sendable, CaseIterable {
  /// The policy closed it.
  case policy
  /// Its protective stop.
  case stop
  /// Its take-profit order.
  case takeProfit = "take_profit"
  /// A stop of the bot.
  case flatten
}

/// A round trip: from the first fill that opened a position to the fill that closed it.
package struct ClosedTrade: Sendable, Equatable {
  /// What was traded.
  package var instrument: InstrumentID
  /// Long or short.
  package var side: PositionSide
  /// All that was bought (long) or sold (short) to open.
  package var quantity: Quantity
  /// Start of the bar with the first opening fill.
  package var entryTime: Timestamp
  /// Time of the last closing fill.
  package var exitTime: Timestamp
  /// Average price of the opening fills, rounded half to even where it is no price.
  package var entryPrice: Price
  /// Average price of the closing fills.
  package var exitPrice: Price
  /// Proceeds less cost less fees, exact.
  package var profitQuote: Money
  /// Fees of all its fills.
  package var feesQuote: Money
  /// Bars it was held: the one of its entry, and the one of its exit unless it ended with that bar's open.
  package var bars: Int
  /// Closes of bars at which it was held, each of them a moment to decide.
  package var closes: Int
  /// Worst and best excursion as a share of the entry price, never negative, from the highs and lows of its bars.
  package var worstExcursion: Double
  package var bestExcursion: Double
  /// What it would have lost at its stop, without costs; nil without a stop.
  package var riskQuote: Money?
  /// What ended it.
  package var exit: TradeExit
}

/// A trade while it is open.
struct OpenTrade: Sendable {
  var side = PositionSide.flat
  var opened = Quantity.zero
  var closed = Quantity.zero
  var openedQuote = Money.zero
  var closedQuote = Money.zero
  var feesQuote = Money.zero
  var entryTime = Timestamp(milliseconds: 0)
  var bars = 0
  var closes = 0
  var worstPrice = Price.zero
  var bestPrice = Price.zero
  var stopDistance: Price?

  /// Takes the range of a bar through which it was held, to its end or to an exit inside it.
  mutating func see(_ bar: Bar) {
    bars += 1
    see(low: bar.low, high: bar.high)
  }

  /// Takes a range of prices.
  mutating func see(low: Price, high: Price) {
    if side == .long {
      worstPrice = min(worstPrice, low)
      bestPrice = max(bestPrice, high)
    } else {
      worstPrice = max(worstPrice, high)
      bestPrice = min(bestPrice, low)
    }
  }

  /// The trade as it ends.
  func ended(_ instrument: InstrumentID, at time: Timestamp, _ exit: TradeExit) -> ClosedTrade {
    let entry = Self.average(openedQuote, opened)
    let gross = side == .long ? closedQuote.plus(openedQuote.negated) : openedQuote.plus(closedQuote.negated)
    let reference = max(entry.approximate, .leastNormalMagnitude)
    let sign: Double = side == .long ? 1 : -1
    return ClosedTrade(
      instrument: instrument, side: side, quantity: opened, entryTime: entryTime, exitTime: time, entryPrice: entry,
      exitPrice: Self.average(closedQuote, closed), profitQuote: gross.plus(feesQuote.negated),
      feesQuote: feesQuote, bars: bars, closes: closes,
      worstExcursion: max(0, -sign * (worstPrice.approximate - entry.approximate) / reference),
      bestExcursion: max(0, sign * (bestPrice.approximate - entry.approximate) / reference),
      riskQuote: stopDistance.map { $0 * opened }, exit: exit)
  }

  private static func average(_ value: Money, _ quantity: Quantity) -> Price {
    quantity.isPositive ? (try? value.price(per: quantity, rounding: .halfEven)) ?? .zero : .zero
  }
}
