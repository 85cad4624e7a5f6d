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
  package enum Cancel: Sendable { case take, underWay, withdrawn }

  private var waiting: Set<ClientOrderID> = []
  private var withdrawn: Set<ClientOrderID> = []
  private var sending: ClientOrderID?
  private var isCancelledMeanwhile = false
  private var cancelling: Set<ClientOrderID> = []
  private var asking: Set<ClientOrderID> = []
  /// What was refused and held back.
  package private(set) var counters = ErrandCounters()

  /// An empty book.
  package init() {}

  /// An order gets in line.
  package mutating func wait(_ id: ClientOrderID) { waiting.insert(id) }

  /// The line took no more. Number of orders refused so far.
  package mutating func refuseOrder(_ id: ClientOrderID) -> Int {
    waiting.remove(id)
    counters.refusedOrders += 1
    return counters.refusedOrders
  }

  /// An order's turn. False: it was withdrawn, and must not leave.
  package mutating func begin(_ id: ClientOrderID) -> Bool {
    waiting.remove(id)
    guard withdrawn.remove(id) == nil else { return false }
    sending = id
    isCancelledMeanwhile = false
    return true
  }

  /// The venue has answered, or will not. True: a cancel that was sent meanwhile may have come too early.
  package mutating func finish(_ id: ClientOrderID) -> Bool {
    sending = nil
    if isCancelledMeanwhile { counters.repeatedCancels += 1 }
    return isCancelledMeanwhile
  }

  /// Whether an order is being handed over, or waits for its answer.
  package func isSending(_ id: ClientOrderID) -> Bool { sending == id }

  /// Somebody wants an order to end.
  package mutating func cancel(_ id: ClientOrderID) -> Cancel {
    if waiting.remove(id) != nil {
      withdrawn.insert(id)
      counters.withdrawnOrders += 1
      return .withdrawn
    }
    // Its end is on its way already.
    if withdrawn.contains(id) { return .underWay }
    if sending == id { isCancelledMeanwhile = true }
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
    guard !waiting.contains(id), sending != id else { return false }
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
