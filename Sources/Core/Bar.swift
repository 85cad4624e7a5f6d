/// What was traded in one stretch of time.
public struct Bar: Hashable, Sendable {
  /// What was traded.
  public var instrument: InstrumentID
  /// Length of the bar.
  public var timeframe: Timeframe
  /// Start of the bar.
  public var openTime: Timestamp
  /// First price, in quote currency, as are the next three.
  public var open: Price
  /// Highest price.
  public var high: Price
  /// Lowest price.
  public var low: Price
  /// Last price.
  public var close: Price
  /// Volume in the source's unit (coins, shares, ticks), 0 where the source has none.
  public var volume: Measure

  /// A bar as given; `isConsistent` tells whether it is one.
  @inlinable public init(
    instrument: InstrumentID, timeframe: Timeframe, openTime: Timestamp, open: Price, high: Price, low: Price,
    close: Price, volume: Measure
  ) {
    self.instrument = instrument
    self.timeframe = timeframe
    self.openTime = openTime
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
  }

  /// The moment at which the bar is complete.
  @inlinable public var closeTime: Timestamp { openTime.adding(milliseconds: timeframe.milliseconds) }

  /// Positive prices, high and low that hold open and close, volume not negative.
  @inlinable public var isConsistent: Bool {
    low.raw > 0 && low <= open && low <= close && high >= open && high >= close && volume.raw >= 0
  }
}

/// News from a market.
public enum MarketEvent: Sendable, Hashable {
  /// A closed bar.
  case bar(Bar)
  /// A trade.
  case trade(Trade)
  /// Best bid and offer.
  case quote(Quote)
  /// A change of one price level of the book.
  case bookChange(BookChange)
  /// A change of the feed itself.
  case status(InstrumentID, FeedStatus, at: Timestamp)
}

/// One trade.
public struct Trade: Hashable, Sendable {
  /// What was traded.
  public var instrument: InstrumentID
  /// When it was traded, by the venue's clock.
  public var time: Timestamp
  /// Price of one unit, in quote currency.
  public var price: Price
  /// Traded amount.
  public var quantity: Quantity
  /// The side that took liquidity.
  public var aggressor: Side
  /// A trade as given.
  @inlinable public init(
    instrument: InstrumentID, time: Timestamp, price: Price, quantity: Quantity, aggressor: Side
  ) {
    self.instrument = instrument
    self.time = time
    self.price = price
    self.quantity = quantity
    self.aggressor = aggressor
  }
}

/// Best bid and offer.
public struct Quote: Hashable, Sendable {
  /// What is quoted.
  public var instrument: InstrumentID
  /// When it was quoted, by the venue's clock.
  public var time: Timestamp
  /// Best price that a buyer offers, in quote currency.
  public var bid: Price
  /// Best price that a seller asks, in quote currency.
  public var ask: Price
  /// A quote as given.
  public init(instrument: InstrumentID, time: Timestamp, bid: Price, ask: Price) {
    self.instrument = instrument
    self.time = time
    self.bid = bid
    self.ask = ask
  }
}

/// A new quantity at one price level; zero removes it.
public struct BookChange: Hashable, Sendable {
  /// Whose book changed.
  public var instrument: InstrumentID
  /// When it changed, by the venue's clock.
  public var time: Timestamp
  /// Side of the book: buy for bids, sell for asks.
  public var side: Side
  /// The level's price, in quote currency.
  public var price: Price
  /// The level's new amount; zero when it is gone.
  public var quantity: Quantity
  /// A change as given.
  public init(instrument: InstrumentID, time: Timestamp, side: Side, price: Price, quantity: Quantity) {
    self.instrument = instrument
    self.time = time
    self.side = side
    self.price = price
    self.quantity = quantity
  }
}

/// What the feed says about itself.
public enum FeedStatus: String, Sendable, Codable, CaseIterable {
  case connected, stale, gap, resynced, open, close
}

/// Buy or sell.
public enum Side: String, Sendable, Codable {
  case buy, sell
  /// The other side.
  public var opposite: Side { self == .buy ? .sell : .buy }
}
