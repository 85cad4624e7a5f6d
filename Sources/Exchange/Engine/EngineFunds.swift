import Core

/// Quote currency of an account.
struct CashBalance: Sendable, Equatable {
  /// All of it, also what is locked. Counts of 10⁻¹⁸, as the others.
  var total: Int128 = 0
  /// Set aside for open orders.
  var locked: Int128 = 0
  /// What short positions brought.
  var shortCost: Int128 = 0
  /// Fees paid so far.
  var fees: Int128 = 0
  /// Result of all closed quantities, without fees.
  var realised: Int128 = 0

  /// What a new position may use. A short of cost N brought N in cash and must be covered by N of one's own, so it
  /// claims 2 N.
  /// Sums that do not fit leave nothing.
  var available: Int128 {
    let (collateral, isTooMuch) = shortCost.multipliedReportingOverflow(by: 2)
    let (rest, isTooLittle) = total.subtractingReportingOverflow(collateral)
    let (free, isBelow) = rest.subtractingReportingOverflow(locked)
    return isTooMuch || isTooLittle || isBelow ? Int128.min : free
  }
}

/// One instrument of an account.
struct Holding: Sendable, Equatable {
  var position: PositionView = .flat
  /// Claimed by open sales of what cannot be sold short.
  var lockedBase: Int64 = 0
  var openOrders: Int32 = 0
  var openStops: Int32 = 0

  /// How much an order of this side can close.
  func reducible(isBuy: Bool) -> Int64 {
    position.side == (isBuy ? .short : .long) ? position.quantity.raw : 0
  }
}

/// An account's own state beside its balances.
struct AccountState: Sendable, Equatable {
  var firstOrder = OrderNode.none
  var lastOrder = OrderNode.none
  var openOrders = 0
  var use = RateUse()
  /// When all its orders are cancelled unless it is heard of; nil: never.
  var deadline: Timestamp?
}

/// An amount of one asset: what may be used, and what open orders have locked.
public struct AssetBalance: Hashable, Sendable {
  /// May be used.
  public let free: Money
  /// Locked by open orders.
  public let locked: Money

  /// A balance as given.
  public init(free: Money, locked: Money) {
    self.free = free
    self.locked = locked
  }
}

enum EngineArithmetic {
  /// `notional · rate`, rounded away from zero; nil when it does not fit.
  ///
  /// The common case needs no 128-bit division: notional = q · 10⁹ + r, and q is below 2⁶⁴ up to 18 · 10⁹ of quote
  /// currency.
  static func fee(_ notional: Int128, _ rate: Int64) -> Int128? {
    if rate == 0 { return 0 }
    let unit: UInt64 = 1_000_000_000
    let high = UInt64(truncatingIfNeeded: notional >> 64)
    if notional >= 0, high < unit, rate > 0, rate < Int64(unit) {
      let (quotient, remainder) = unit.dividingFullWidth((high, UInt64(truncatingIfNeeded: notional)))
      let rest = remainder * UInt64(rate)
      return Int128(quotient) * Int128(rate) + Int128((rest + unit - 1) / unit)
    }
    return try? Money(raw: notional).scaled(by: Rate(raw: rate), rounding: .awayFromZero).raw
  }

  /// The sum; nil when it does not fit.
  static func sum(_ left: Int128, _ right: Int128) -> Int128? {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? nil : sum
  }
}
