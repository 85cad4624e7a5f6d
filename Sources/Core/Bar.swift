/// What was traded in one stretch of time.
public struct Bar: Hashable, Sendable {
  public var instrument: InstrumentID
  public var timeframe: Timeframe
  /// Start of the bar.
  public var openTime: Timestamp
  public var open: Price
  public var high: Price
  public var low: Price
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
  public var instrument: InstrumentID
  public var time: Timestamp
  public var price: Price
  public var quantity: Quantity
  /// The side that took liquidity.
  public var aggressor: Side
  /// A trade as given.
  public init(instrument: InstrumentID, time: Timestamp, price: Price, quantity: Quantity, aggressor: Side) {
    self.instrument = instrument
    self.time = time
    self.price = price
    self.quantity = quantity
    self.aggressor = aggressor
  }
}

/// Best bid and offer.
public struct Quote: Hashable, Sendable {
  public var instrument: InstrumentID
  public var time: Timestamp
  public var bid: Price
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
  public var instrument: InstrumentID
  public var time: Timestamp
  public var side: Side
  public var price: Price
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
