import Core

// What the veto remembers of the orders it approved: their rate, repetitions, and those not known to have ended.
extension RiskStage {
  var orderRateLimit: Int { min(limits.maxOrdersPerMinute, RiskCounters.orderTimesCapacity) }

  /// Approved orders of the 60 seconds before `now`.
  func ordersInLastMinute(at now: Timestamp) -> Int {
    let times = counters.orderTimes
    // Oldest first: what is in the window is at the end.
    var count = 0
    while count < times.count, now.millisecondsSince(times[times.count - 1 - count]) < 60_000 { count += 1 }
    return count
  }

  /// Remembers an order that is about to leave.
  mutating func remember(_ order: OrderRequest, _ index: Int, now: Timestamp) {
    counters.lastSequence = order.clientID.sequence
    let expired = counters.orderTimes.count - ordersInLastMinute(at: now)
    let overfull = counters.orderTimes.count + 1 - RiskCounters.orderTimesCapacity
    counters.orderTimes.removeFirst(max(expired, overfull, 0))
    // A clock that went back must not make an order look older than the one before it.
    counters.orderTimes.append(max(now, counters.orderTimes.last ?? now))
    let pending = PendingOrder(id: order.clientID, openQuantity: order.quantity)
    if order.clientID.role == .entry {
      counters.instruments[index].entry = pending
    } else {
      counters.instruments[index].exit = pending
    }
    countRepeat(index, order.side, order.clientID)
    if counters.instruments[index].repeatedCount > limits.maxRepeatedExecutions { tripThrottle(index) }
  }

  /// Executions on `side` in a row if one more came. The quantity does not matter: a runaway resizes with the price.
  func repeats(_ index: Int, _ side: Side) -> Int {
    counters.instruments[index].repeatedSide == side ? counters.instruments[index].repeatedCount + 1 : 1
  }

  private mutating func countRepeat(_ index: Int, _ side: Side, _ id: ClientOrderID) {
    counters.instruments[index].repeatedCount = repeats(index, side)
    counters.instruments[index].repeatedSide = side
    counters.instruments[index].repeatedOrder = id
  }

  /// Counts the execution of an order that was not counted on its way out: stops and other protective orders.
  mutating func noteExecution(_ index: Int, _ fill: Fill) {
    guard fill.clientID != counters.instruments[index].repeatedOrder else { return }
    countRepeat(index, fill.side, fill.clientID)
  }

  /// Stops all orders until a person resumes.
  mutating func tripThrottle(_ index: Int) {
    guard !counters.isThrottled else { return }
    counters.isThrottled = true
    let (symbol, limit) = (counters.symbols[index], limits.maxRepeatedExecutions)
    request(
      .stop, .throttle, .repeatedExecution, "more than \(limit) executions on one side of \(symbol) in a row")
  }

  /// Takes a fill off the order it belongs to; an order filled in full is forgotten.
  mutating func reducePending(_ index: Int, _ fill: Fill) {
    counters.instruments[index].entry = Self.left(of: counters.instruments[index].entry, after: fill)
    counters.instruments[index].exit = Self.left(of: counters.instruments[index].exit, after: fill)
  }

  private static func left(of order: PendingOrder?, after fill: Fill) -> PendingOrder? {
    guard var order, order.id == fill.clientID else { return order }
    guard fill.quantity < order.openQuantity else { return nil }
    order.openQuantity = Quantity(raw: order.openQuantity.raw - fill.quantity.raw)
    return order
  }

  /// An approved order ended without filling in full (rejected, cancelled, expired, never sent). Until this call or its
  /// last fill, an opening order keeps its instrument from opening again, and a closing order its quantity from being
  /// closed twice.
  public mutating func forgetOrder(_ id: ClientOrderID) {
    for index in counters.instruments.indices {
      if counters.instruments[index].entry?.id == id { counters.instruments[index].entry = nil }
      if counters.instruments[index].exit?.id == id { counters.instruments[index].exit = nil }
    }
  }

  /// After reconciliation: forgets every approved order that is not among those still open or unknown.
  public mutating func forgetOrders(except live: [ClientOrderID]) {
    for index in counters.instruments.indices {
      if let entry = counters.instruments[index].entry, !live.contains(entry.id) {
        counters.instruments[index].entry = nil
      }
      if let exit = counters.instruments[index].exit, !live.contains(exit.id) {
        counters.instruments[index].exit = nil
      }
    }
  }
}
