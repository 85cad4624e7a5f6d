/// How a value that does not fit the wanted number of decimals is brought to it.
public enum Rounding: Sendable {
  /// Towards zero.
  case truncate
  /// Towards negative infinity.
  case down
  /// Towards positive infinity.
  case up
  /// Away from zero.
  case awayFromZero
  /// To nearest, ties to the even neighbour.
  case halfEven
  /// Refuse: a remainder is an error.
  case exact
}

/// Why an exact-decimal operation has no result.
public enum DecimalError: Error, Equatable, Sendable {
  /// The text is not a decimal number.
  case notANumber(String)
  /// The text has more decimals than the type holds, and rounding was not asked for.
  case tooManyDecimals(String, limit: Int)
  /// The result does not fit the type.
  case overflow
  /// The operation would round, and rounding was not asked for.
  case inexact
  /// A divisor was zero.
  case divisionByZero
}

extension FixedWidthInteger where Self: SignedInteger {
  /// `self / divisor` brought to an integer by `rounding`.
  ///
  /// - Throws: `DecimalError.divisionByZero`, `.overflow`, and `.inexact` under `Rounding.exact`.
  @inlinable
  public func divided(by divisor: Self, rounding: Rounding) throws -> Self {
    guard divisor != 0 else { throw DecimalError.divisionByZero }
    let (quotient, overflow) = dividedReportingOverflow(by: divisor)
    guard !overflow else { throw DecimalError.overflow }
    let remainder = self &- quotient &* divisor
    guard remainder != 0 else { return quotient }
    let isNegative = (self < 0) != (divisor < 0)
    let step: Self = isNegative ? -1 : 1
    switch rounding {
    case .truncate: return quotient
    case .down: return isNegative ? quotient - 1 : quotient
    case .up: return isNegative ? quotient : quotient + 1
    case .awayFromZero: return quotient + step
    case .exact: throw DecimalError.inexact
    case .halfEven:
      // |remainder| against |divisor| - |remainder| compares with one half and cannot overflow.
      let twice = remainder.magnitude
      let rest = divisor.magnitude - twice
      if twice > rest { return quotient + step }
      if twice < rest { return quotient }
      return quotient & 1 == 0 ? quotient : quotient + step
    }
  }
}
