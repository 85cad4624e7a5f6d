import Core

/// What the venue says to the guard at one moment.
package struct GuardBooks: Sendable, Equatable {
  /// Orders that rest.
  package var openOrders: [OrderSnapshot]
  /// Positions by instrument index.
  package var positions: [PositionView]
  /// Last prices by instrument index; nil where the venue tells none.
  package var prices: [Price?]

  /// Books as given.
  package init(openOrders: [OrderSnapshot], positions: [PositionView], prices: [Price?]) {
    self.openOrders = openOrders
    self.positions = positions
    self.prices = prices
  }
}

/// What the shell must do.
package enum GuardEffect: Sendable, Hashable {
  /// Ask the venue for its books, and bring them to `receive`.
  case look
  /// Ask the venue to end these orders, all at once.
  case cancel([ClientOrderID])
  /// Send this order.
  case submit(ProtectiveOrder)
  /// Set the venue's dead-man switch to so many milliseconds; 0: take it back.
  case armDeadMan(millis: Int)
  /// Something for the log.
  case log(GuardGrade, String)
  /// Something for whoever is on duty.
  case notify(event: String, String)
}

/// How grave a line of the guard's is.
package enum GuardGrade: Sendable, Hashable { case notice, warning, critical }

/// What the guard has done so far.
package struct GuardCounters: Sendable, Hashable {
  /// Times it began to act.
  package var activations = 0
  /// Looks at the venue's books, and those that failed.
  package var looks = 0, failedLooks = 0
  /// Cancels and closing orders sent.
  package var cancels = 0, orders = 0
  /// Closing orders that the venue refused, or whose fate is not known.
  package var refusedOrders = 0, unknownOrders = 0
  /// All zero.
  package init() {}
}
