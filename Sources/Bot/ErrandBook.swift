import Core

/// What `QueuedGateway` has refused and held back.
package struct ErrandCounters: Hashable, Sendable {
  /// Orders that found the queue full: they never left.
  package var refusedOrders = 0
  /// Cancels that found it full: the engine asks again.
  package var refusedCancels = 0
  /// Questions that found it full: the engine asks again.
  package var refusedQuestions = 0
  /// Orders taken back by a cancel before they were handed over.
  package var withdrawnOrders = 0
  /// Cancels sent once more because they may have overtaken their order.
  package var repeatedCancels = 0
}

/// Who is where on the way to the venue: the pure part of `QueuedGateway`. Each set holds at most what its queue does.
package struct ErrandBook: Sendable {
  /// What becomes of a cancel.
  package enum Cancel: Hashable, Sendable {
    /// It goes out.
    case take
    /// The same is under way already.
    case underWay
    /// It is not needed: these will never be handed over. A pair leaves whole or not at all.
    case withdrawn([ClientOrderID])
  }

  private var waiting: Set<ClientOrderID> = []
  /// The other order of each order that waits as part of a pair.
  private var partners: [ClientOrderID: ClientOrderID] = [:]
  private var withdrawn: Set<ClientOrderID> = []
  private var sending: [ClientOrderID] = []
  private var cancelledMeanwhile: [ClientOrderID] = []
  private var cancelling: Set<ClientOrderID> = []
  private var asking: Set<ClientOrderID> = []
  /// What was refused and held back.
  package private(set) var counters = ErrandCounters()

  /// An empty book.
  package init() {}

  /// An order gets in line, or the two of a pair.
  package mutating func wait(_ ids: [ClientOrderID]) {
    waiting.formUnion(ids)
    guard ids.count == 2 else { return }
    partners[ids[0]] = ids[1]
    partners[ids[1]] = ids[0]
  }

  private mutating func leaveLine(_ ids: [ClientOrderID]) {
    for id in ids {
      waiting.remove(id)
      partners[id] = nil
    }
  }

  /// The line took no more. Number of orders refused so far.
  package mutating func refuseOrder(_ ids: [ClientOrderID]) -> Int {
    leaveLine(ids)
    counters.refusedOrders += ids.count
    return counters.refusedOrders
  }

  /// The turn of an order or a pair. False: it was withdrawn, and must not leave.
  package mutating func begin(_ ids: [ClientOrderID]) -> Bool {
    leaveLine(ids)
    guard withdrawn.isDisjoint(with: ids) else {
      withdrawn.subtract(ids)
      return false
    }
    sending = ids
    cancelledMeanwhile = []
    return true
  }

  /// The venue has answered, or will not. The orders whose cancels were sent meanwhile, and may have come too early.
  package mutating func finish() -> [ClientOrderID] {
    sending = []
    counters.repeatedCancels += cancelledMeanwhile.count
    defer { cancelledMeanwhile = [] }
    return cancelledMeanwhile
  }

  /// Whether an order is being handed over, or waits for its answer.
  package func isSending(_ id: ClientOrderID) -> Bool { sending.contains(id) }

  /// Somebody wants an order to end.
  package mutating func cancel(_ id: ClientOrderID) -> Cancel {
    if waiting.contains(id) {
      let ids = [id] + (partners[id].map { [$0] } ?? [])
      leaveLine(ids)
      withdrawn.formUnion(ids)
      counters.withdrawnOrders += ids.count
      return .withdrawn(ids)
    }
    // Its end is on its way already.
    if withdrawn.contains(id) { return .underWay }
    if sending.contains(id), !cancelledMeanwhile.contains(id) { cancelledMeanwhile.append(id) }
    return cancelling.insert(id).inserted ? .take : .underWay
  }

  /// A cancel's answer has come, or will not.
  package mutating func cancelled(_ id: ClientOrderID) { cancelling.remove(id) }

  /// No room for a cancel. Number of cancels refused so far.
  package mutating func refuseCancel(_ id: ClientOrderID) -> Int {
    cancelling.remove(id)
    counters.refusedCancels += 1
    return counters.refusedCancels
  }

  /// Somebody wants to know about an order. False: not now; before it has arrived the answer would mislead.
  package mutating func query(_ id: ClientOrderID) -> Bool {
    guard !waiting.contains(id), !sending.contains(id) else { return false }
    return asking.insert(id).inserted
  }

  /// A question was answered, or will not be.
  package mutating func answered(_ id: ClientOrderID) { asking.remove(id) }

  /// No room for a question; nil: one for the books. Number of questions refused so far.
  package mutating func refuseQuestion(_ id: ClientOrderID?) -> Int {
    if let id { asking.remove(id) }
    counters.refusedQuestions += 1
    return counters.refusedQuestions
  }
}
