extension Int128 {
  /// `self · numerator / denominator` with a 256-bit intermediate. Throws `DecimalError`.
  @usableFromInline
  func scaled(by numerator: Int128, over denominator: Int128, rounding: Rounding) throws -> Int128 {
    guard denominator != 0 else { throw DecimalError.divisionByZero }
    let (product, overflow) = multipliedReportingOverflow(by: numerator)
    if !overflow { return try product.divided(by: denominator, rounding: rounding) }
    let wide = magnitude.multipliedFullWidth(by: numerator.magnitude)
    // dividingFullWidth traps on a quotient that does not fit.
    guard wide.high < denominator.magnitude else { throw DecimalError.overflow }
    let (quotient, remainder) = denominator.magnitude.dividingFullWidth(wide)
    let isNegative = ((self < 0) != (numerator < 0)) != (denominator < 0)
    let goesAway = try remainder.isRoundedAway(
      of: denominator.magnitude, quotientIsOdd: quotient & 1 != 0, isNegative: isNegative, rounding: rounding)
    let (result, overflowOfRounding) = quotient.addingReportingOverflow(goesAway ? 1 : 0)
    guard !overflowOfRounding else { throw DecimalError.overflow }
    if isNegative, result == Int128.min.magnitude { return .min }
    guard let narrow = Int128(exactly: result) else { throw DecimalError.overflow }
    return isNegative ? -narrow : narrow
  }
}

extension UInt128 {
  /// Whether a quotient with this remainder moves away from zero by one.
  fileprivate func isRoundedAway(
    of divisor: UInt128, quotientIsOdd: Bool, isNegative: Bool, rounding: Rounding
  ) throws -> Bool {
    guard self != 0 else { return false }
    switch rounding {
    case .truncate: return false
    case .down: return isNegative
    case .up: return !isNegative
    case .awayFromZero: return true
    case .exact: throw DecimalError.inexact
    case .halfEven:
      // Against divisor - remainder instead of twice the remainder, which could overflow.
      let rest = divisor - self
      return self > rest || (self == rest && quotientIsOdd)
    }
  }
}

extension Price {
  /// Price times quantity, exact. Never overflows: 63 + 63 bits fit in 127.
  @inlinable public static func * (price: Price, quantity: Quantity) -> Money {
    Money(raw: Int128(price.raw) &* Int128(quantity.raw))
  }

  /// The price times a rate. Throws `DecimalError`.
  public func scaled(by rate: Rate, rounding: Rounding) throws -> Price {
    let raw = try Int128(raw).scaled(by: Int128(rate.raw), over: Int128(Rate.unit), rounding: rounding)
    guard let narrow = Int64(exactly: raw) else { throw DecimalError.overflow }
    return Price(raw: narrow)
  }
}

extension Quantity {
  /// The quantity times a rate. Throws `DecimalError`.
  public func scaled(by rate: Rate, rounding: Rounding) throws -> Quantity {
    let raw = try Int128(raw).scaled(by: Int128(rate.raw), over: Int128(Rate.unit), rounding: rounding)
    guard let narrow = Int64(exactly: raw) else { throw DecimalError.overflow }
    return Quantity(raw: narrow)
  }

  /// The negative of the quantity. The one value without a positive twin becomes the largest.
  @inlinable public var negated: Quantity { Quantity(raw: raw == .min ? .max : -raw) }
}

extension Money {
  /// The amount times a rate, for example a fee. Throws `DecimalError`.
  public func scaled(by rate: Rate, rounding: Rounding) throws -> Money {
    Money(raw: try raw.scaled(by: Int128(rate.raw), over: Int128(Rate.unit), rounding: rounding))
  }

  /// The amount times one quantity over another, for example the cost share of a partial close. Throws `DecimalError`.
  public func scaled(by numerator: Quantity, over denominator: Quantity, rounding: Rounding) throws -> Money {
    Money(raw: try raw.scaled(by: Int128(numerator.raw), over: Int128(denominator.raw), rounding: rounding))
  }

  /// How much `price` buys for this amount. Throws `DecimalError`.
  public func quantity(at price: Price, rounding: Rounding) throws -> Quantity {
    let raw = try raw.divided(by: Int128(price.raw), rounding: rounding)
    guard let narrow = Int64(exactly: raw) else { throw DecimalError.overflow }
    return Quantity(raw: narrow)
  }

  /// The price of one unit when `quantity` cost this amount. Throws `DecimalError`.
  public func price(per quantity: Quantity, rounding: Rounding) throws -> Price {
    let raw = try raw.divided(by: Int128(quantity.raw), rounding: rounding)
    guard let narrow = Int64(exactly: raw) else { throw DecimalError.overflow }
    return Price(raw: narrow)
  }

  /// This amount as a share of `whole`. Throws `DecimalError`.
  public func share(of whole: Money, rounding: Rounding) throws -> Rate {
    let raw = try raw.scaled(by: Int128(Rate.unit), over: whole.raw, rounding: rounding)
    guard let narrow = Int64(exactly: raw) else { throw DecimalError.overflow }
    return Rate(raw: narrow)
  }

  /// The negative of the amount. The one value without a positive twin becomes the largest.
  @inlinable public var negated: Money { Money(raw: raw == .min ? .max : -raw) }
}
