import Core

/// How long things take between a client and the engine, in milliseconds of the engine's clock.
public struct LatencyModel: Hashable, Sendable {
  /// From sending an order, or a cancel, to its arrival.
  public var orderMilliseconds: Int64
  /// From an event to the client's knowledge of it.
  public var acknowledgementMilliseconds: Int64
  /// From market data's own time to its publication.
  public var feedMilliseconds: Int64

  /// Latencies as given, not below zero.
  public init(orderMilliseconds: Int64 = 0, acknowledgementMilliseconds: Int64 = 0, feedMilliseconds: Int64 = 0) {
    precondition(orderMilliseconds >= 0 && acknowledgementMilliseconds >= 0 && feedMilliseconds >= 0)
    self.orderMilliseconds = orderMilliseconds
    self.acknowledgementMilliseconds = acknowledgementMilliseconds
    self.feedMilliseconds = feedMilliseconds
  }
}

/// Things on their way, by the time at which they arrive; those of one time in the order in which they left.
struct DelayLine<Element: Sendable>: Sendable {
  private var items: [(due: Timestamp, element: Element)] = []
  private var first = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { items.count - first }

  /// Whether there was room.
  mutating func send(_ element: Element, due: Timestamp) -> Bool {
    guard count < capacity else { return false }
    var place = items.count
    while place > first, items[place - 1].due > due { place -= 1 }
    items.insert((due, element), at: place)
    return true
  }

  /// The next that arrives by `time`.
  mutating func take(by time: Timestamp) -> (due: Timestamp, element: Element)? {
    guard first < items.count, items[first].due <= time else { return nil }
    defer {
      first += 1
      if first == items.count {
        items.removeAll(keepingCapacity: true)
        first = 0
      } else if first > 1024 {
        items.removeFirst(first)
        first = 0
      }
    }
    return items[first]
  }
}

/// An engine at the end of a line: an order sent at t arrives at t + latency and meets only market data from then on;
/// its acknowledgement, its trades and the market's data are known later still.
public struct DelayedEngine: Sendable {
  /// What a client can send.
  public enum Command: Hashable, Sendable {
    case submit(EngineOrder)
    case submitPair(limit: EngineOrder, stop: EngineOrder)
    case cancel(ClientKey, AccountID)
    case cancelAll(AccountID, InstrumentID?)
    case replace(ClientKey, EngineOrder, ReplaceMode)
    case countdown(AccountID, milliseconds: Int64?)
  }

  /// The engine itself.
  public private(set) var engine: MatchingEngine
  /// The line's latencies.
  public let latency: LatencyModel
  /// Commands that found no room on the line and were lost.
  public private(set) var lostCommands = 0
  /// Events and data that found no room on the line and were lost.
  public private(set) var lostNews = 0
  private var commands: DelayLine<Command>
  private var events: DelayLine<EngineEvent>
  private var feed: DelayLine<MarketEvent>
  private var scratch: [EngineEvent] = []

  /// An engine at the end of a line that holds at most `capacity` things of a kind.
  public init(_ engine: MatchingEngine, latency: LatencyModel, capacity: Int = 65_536) {
    self.engine = engine
    self.latency = latency
    commands = DelayLine(capacity: capacity)
    events = DelayLine(capacity: capacity)
    feed = DelayLine(capacity: capacity)
  }

  /// Sends a command; whether the line had room for it.
  @discardableResult
  public mutating func send(_ command: Command, at time: Timestamp) -> Bool {
    let isSent = commands.send(command, due: time.adding(milliseconds: latency.orderMilliseconds))
    if !isSent { lostCommands += 1 }
    return isSent
  }

  /// Lets everything arrive that is due by `time`.
  public mutating func advance(to time: Timestamp) {
    while let (due, command) = commands.take(by: time) { arrive(command, due) }
    engine.advanceClock(to: time, into: &scratch)
    publish(time)
  }

  /// Brings market data: what arrived before it meets it, what arrives later does not. A bar is met by what arrived
  /// before its open.
  public mutating func bring(_ data: MarketEvent, maximumVolumeShare: Rate? = nil) {
    let due: Timestamp
    switch data {
    case .bar(let bar):
      advance(to: bar.openTime)
      engine.trade(bar, maximumVolumeShare: maximumVolumeShare, into: &scratch)
      due = bar.closeTime
    case .trade(let trade):
      advance(to: trade.time)
      engine.trade(trade, into: &scratch)
      due = trade.time
    case .bookChange(let change):
      advance(to: change.time)
      engine.change(change, into: &scratch)
      due = change.time
    case .quote(let quote): due = quote.time
    case .status(_, _, let time): due = time
    }
    publish(due)
    if !feed.send(data, due: due.adding(milliseconds: latency.feedMilliseconds)) { lostNews += 1 }
  }

  /// The next event that the client knows of by `time`, and since when.
  public mutating func takeEvent(by time: Timestamp) -> (due: Timestamp, element: EngineEvent)? {
    events.take(by: time)
  }

  /// The next market data that is published by `time`, and since when.
  public mutating func takeData(by time: Timestamp) -> (due: Timestamp, element: MarketEvent)? { feed.take(by: time) }

  private mutating func publish(_ time: Timestamp) {
    for event in scratch
    where !events.send(event, due: time.adding(milliseconds: latency.acknowledgementMilliseconds)) {
      lostNews += 1
    }
    scratch.removeAll(keepingCapacity: true)
  }

  private mutating func arrive(_ command: Command, _ time: Timestamp) {
    switch command {
    case .submit(let order): engine.submit(order, at: time, into: &scratch)
    case .submitPair(let limit, let stop): engine.submitPair(limit: limit, stop: stop, at: time, into: &scratch)
    case .cancel(let key, let account): engine.cancel(key, of: account, at: time, into: &scratch)
    case .cancelAll(let account, let instrument):
      engine.cancelAll(of: account, in: instrument, at: time, into: &scratch)
    case .replace(let key, let order, let mode): engine.replace(key, with: order, mode, at: time, into: &scratch)
    case .countdown(let account, let milliseconds):
      engine.setCountdown(milliseconds, of: account, at: time)
    }
    publish(time)
  }
}
