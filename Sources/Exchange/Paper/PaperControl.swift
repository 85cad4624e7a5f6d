import Core

extension PaperExchange {
  /// Brings a bar to the market: fills and expiries, in the order in which they happened.
  ///
  /// A bar that is impossible, of an unknown instrument, or not newer than the last one changes nothing and is counted.
  public mutating func advance(_ bar: Bar) -> [ExecutionReport] {
    let index = Int(bar.instrument.index)
    guard index < newest.count, bar.isConsistent, bar.openTime >= newest[index] else {
      refusedBars += 1
      return []
    }
    let end = bar.closeTime
    newest[index] = end
    if now < end { now = end }
    guard engine.hasWork(in: index, by: end) else {
      engine.setLastPrice(bar.close, of: bar.instrument)
      return []
    }
    var events: [EngineEvent] = []
    engine.trade(bar, maximumVolumeShare: costs.maximumVolumeShare, into: &events)
    return follow(events, changedAt: end)
  }

  /// Ends a resting order, and its pair; no report if there is none of that id.
  public mutating func cancel(_ id: ClientOrderID, at time: Timestamp) -> [ExecutionReport] {
    var events: [EngineEvent] = []
    let slot = engine.index.find(0, ClientKey(id), engine.slab)
    guard slot >= 0 else { return [] }
    engine.end(slot, .cancelled, time, &events)
    return follow(events, changedAt: time)
  }

  /// Ends all resting orders, or those of one instrument, in order of acceptance.
  public mutating func cancelAll(in instrument: InstrumentID? = nil, at time: Timestamp) -> [ExecutionReport] {
    var events: [EngineEvent] = []
    engine.cancelAll(of: Self.account, in: instrument, at: time, into: &events)
    return follow(events, changedAt: time)
  }

  /// Cancels an order and sends another; which halves happened, and their reports.
  public mutating func replace(
    _ id: ClientOrderID, with request: OrderRequest, _ mode: ReplaceMode, at time: Timestamp
  ) -> (outcome: ReplaceOutcome, reports: [ExecutionReport]) {
    let isOpen = engine.index.find(0, ClientKey(id), engine.slab) >= 0
    if !isOpen && mode != .allowFailure {
      return (ReplaceOutcome(cancel: .failed(.unknownOrder), new: .notAttempted), [])
    }
    var next = self
    var reports = next.cancel(id, at: time)
    let cancel: ReplaceOutcome.Half = isOpen ? .done : .failed(.unknownOrder)
    switch next.check(request, at: time) {
    case .success(let order):
      next.insert(order)
      self = next
      return (ReplaceOutcome(cancel: cancel, new: .done), reports + [.accepted(request.clientID, at: time)])
    case .failure(let refusal):
      if mode == .atomic {
        return (ReplaceOutcome(cancel: .notAttempted, new: .failed(refusal.cause)), [])
      }
      self = next
      reports.append(.rejected(request.clientID, refusal.reason, at: time))
      return (ReplaceOutcome(cancel: cancel, new: .failed(refusal.cause)), reports)
    }
  }

  /// Cancels all orders so many milliseconds after `time`, unless this is called again before; nil ends the countdown.
  /// It runs by the venue's clock: bars, and `advanceClock`.
  public mutating func setCountdown(_ milliseconds: Int64?, at time: Timestamp) {
    engine.setCountdown(milliseconds, of: Self.account, at: time)
    memory.deadline = engine.deadline(of: Self.account)
    memory.clock = max(memory.clock, time)
  }

  /// Moves the venue's clock without a bar; what a countdown that ends by then cancels.
  public mutating func advanceClock(to time: Timestamp) -> [ExecutionReport] {
    if now < time { now = time }
    var events: [EngineEvent] = []
    engine.advanceClock(to: time, into: &events)
    return follow(events, changedAt: time)
  }
}

extension MatchingEngine {
  /// Whether a bar of the instrument has anything to do besides setting the price.
  @inline(__always)
  func hasWork(in index: Int, by time: Timestamp) -> Bool { books[index].openOrders > 0 || nextDeadline <= time }
}
