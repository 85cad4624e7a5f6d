/// What must always hold. Names are part of reports.
public enum Invariant: String, Sendable, CaseIterable {
  /// I1: no two live orders for one intent.
  case oneOrderPerIntent = "I1 one live order per intent"
  /// I2: the position is the sum of the fills.
  case positionIsFills = "I2 position = sum of fills"
  /// I3: cash is exact to the last decimal, fees included.
  case cashIsExact = "I3 cash exact with fees"
  /// I4: one terminal state per intent.
  case oneEnd = "I4 one terminal state per intent"
  /// I5: no order after the latch but the stop plan's.
  case nothingAfterStop = "I5 no order after the latch"
  /// I6: limits hold, in-flight orders included.
  case limitsHold = "I6 limits hold with orders in flight"
  /// I7: client ids are never used again.
  case idsAreFresh = "I7 client ids never re-used"
  /// I8: the journal, replayed, gives the live state.
  case replayIsLive = "I8 replay(journal) = live state"
  /// I9: no fill is lost or counted twice.
  case fillsOnce = "I9 no fill lost or doubled"
  /// An order's intent is durable before the order leaves.
  case intentFirst = "I10 intent durable before the wire"
  /// A position's protective stop has its quantity and its price.
  case stopFits = "I11 protective stop fits the position"
  /// The trading day is that of the market's own time zone, and never goes back.
  case dayIsLocal = "I12 trading day in the market's zone"
  /// The two orders of a pair belong together, and when one of them has traded or was cancelled the other lives no more.
  case pairsAreWhole = "I13 a pair is whole and ends together"

  /// The case's place in the enumeration: its stored byte.
  var place: Int { Int(unsafeBitCast(self, to: UInt8.self)) }
}

/// An invariant that does not hold.
public struct Violation: Error, Sendable, CustomStringConvertible {
  /// Which one.
  public let invariant: Invariant
  /// What was seen.
  public let detail: String
  /// Events of the world until it was seen: the shortest prefix that shows it.
  public let event: UInt64
  /// Virtual time since the beginning, in nanoseconds.
  public let nanoseconds: UInt64
  /// What the world had just done, oldest first.
  public let story: [String]

  /// One line.
  public var description: String { "\(invariant.rawValue): \(detail) (event \(event))" }
}
