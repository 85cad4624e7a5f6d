extension Int128 {
  /// `self · numerator / denominator` with a 256-bit intermediate. Throws `DecimalError`.
  @usableFromInline
  func scaled(by numerator: Int128, over denominator: Int128, rounding: Rounding) throws -> Int128 {
    guard denominator != 0 else { throw DecimalError.divisionByZero }
    let (product, overflow) = multipliedReportingOverflow(by: numerator)
    if !overflow { return try product.divided(by: denominator, rounding: rounding) }
    let wide = multipliedFullWidth(by: numerator)
    // dividingFullWidth traps on a quotient that does not fit; the magnitude of the high word tells beforehand.
    let high = wide.high < 0 ? ~wide.high : wide.high
    guard high.magnitude < denominator.magnitude / 2 else { throw DecimalError.overflow }
    let (quotient, remainder) = denominator.dividingFullWidth(wide)
    guard remainder != 0 else { return quotient }
    // Bring the remainder's rounding to the shared rule on a small equivalent: quotient + remainder / denominator.
    let nudge = try remainder.divided(by: denominator, rounding: rounding == .halfEven ? .truncate : rounding)
    guard rounding == .halfEven else { return quotient + nudge }
    let half = remainder.magnitude, rest = denominator.magnitude - half
    let step: Int128 = (remainder < 0) != (denominator < 0) ? -1 : 1
    if half > rest || (half == rest && quotient & 1 != 0) { return quotient + step }
    return quotient
  }
}

extension Price {
  /// Price times quantity, exact. Never overflows: 63 + 63 bits fit in 127.
  @inlinable public static func * (price: Price, quantity: Quantity) -> Money {
    Money(raw: Int128(price.raw) * Int128(quantity.raw))
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

  /// The negative of the quantity.
  @inlinable public var negated: Quantity { Quantity(raw: -raw) }
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

  /// The negative of the amount.
  @inlinable public var negated: Money { Money(raw: -raw) }
}
