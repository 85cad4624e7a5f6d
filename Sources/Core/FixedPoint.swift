/// An exact decimal: an integer count of `10^-fractionDigits`.
///
/// Text → value → text is lossless up to trailing zeros; arithmetic either is exact or names its rounding; overflow is
/// an error, never a wrap.
public protocol FixedPoint: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
  /// The integer that counts the units.
  associatedtype Raw: FixedWidthInteger & SignedInteger & Sendable
  /// Decimals held.
  static var fractionDigits: Int { get }
  /// `10^fractionDigits`.
  static var unit: Raw { get }
  /// The value as a count of `10^-fractionDigits`.
  var raw: Raw { get }
  /// A value from a count of `10^-fractionDigits`.
  init(raw: Raw)
  /// A value from a wide count of `10^-fractionDigits`; nil if it does not fit. A requirement, because the way through
  /// the protocols of integers is slow and numbers are read all the time.
  init?(exactly wide: Int128)
}

extension FixedPoint {
  /// Zero.
  @inlinable public static var zero: Self { Self(raw: 0) }
  /// The largest value.
  @inlinable public static var max: Self { Self(raw: .max) }
  /// Order by value.
  @inlinable public static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }

  /// Whether the value is zero.
  @inlinable public var isZero: Bool { raw == 0 }
  /// Whether the value is below zero.
  @inlinable public var isNegative: Bool { raw < 0 }
  /// Whether the value is above zero.
  @inlinable public var isPositive: Bool { raw > 0 }
  /// The value without its sign. The one value without a positive twin becomes the largest.
  @inlinable public var absolute: Self { raw < 0 ? Self(raw: raw == .min ? .max : -raw) : self }

  /// The sum. Throws `DecimalError.overflow`.
  @inlinable public func adding(_ other: Self) throws -> Self {
    let (sum, overflow) = raw.addingReportingOverflow(other.raw)
    guard !overflow else { throw DecimalError.overflow }
    return Self(raw: sum)
  }

  /// The difference. Throws `DecimalError.overflow`.
  @inlinable public func subtracting(_ other: Self) throws -> Self {
    let (difference, overflow) = raw.subtractingReportingOverflow(other.raw)
    guard !overflow else { throw DecimalError.overflow }
    return Self(raw: difference)
  }

  /// The value times an integer. Throws `DecimalError.overflow`.
  @inlinable public func multiplied(by factor: Int) throws -> Self {
    let (product, overflow) = raw.multipliedReportingOverflow(by: Raw(factor))
    guard !overflow else { throw DecimalError.overflow }
    return Self(raw: product)
  }

  /// The value brought to a whole multiple of `step`. Throws `DecimalError`.
  @inlinable public func rounded(toMultipleOf step: Self, _ rounding: Rounding) throws -> Self {
    let count = try raw.divided(by: step.raw, rounding: rounding)
    let (product, overflow) = count.multipliedReportingOverflow(by: step.raw)
    guard !overflow else { throw DecimalError.overflow }
    return Self(raw: product)
  }

  /// Whether the value is a whole multiple of `step`.
  @inlinable public func isMultiple(of step: Self) -> Bool {
    // The smallest value over -1 has no quotient, and its remainder is zero all the same.
    step.raw != 0 && raw.remainderReportingOverflow(dividingBy: step.raw).partialValue == 0
  }

  /// The nearest floating-point value, for display, statistics and network features only.
  @inlinable public var approximate: Double { Double(raw) / Double(Self.unit) }

  /// The value of a floating-point number, rounded towards zero; nil if it is not finite or does not fit.
  ///
  /// The one door from the network's arithmetic to exact amounts. Use it for fractions and widths, never for money.
  @inlinable public init?(truncating value: Double) {
    guard value.isFinite else { return nil }
    let scaled = (value * Double(Self.unit)).rounded(.towardZero)
    guard let raw = Raw(exactly: scaled) else { return nil }
    self.init(raw: raw)
  }
}

extension FixedPoint {
  /// Decimal text without needless zeros: `0.3`, `-12.5`, `100`.
  public var description: String {
    var text = ""
    text.reserveCapacity(24)
    appendDecimal { text.unicodeScalars.append(Unicode.Scalar($0)) }
    return text
  }

  /// Sends the bytes of `description` to `sink`, without an allocation.
  @inlinable public func appendDecimal(_ sink: (UInt8) -> Void) {
    let digits: UInt8 = 48
    if raw < 0 { sink(45) }
    let magnitude = raw.magnitude
    let unit = Self.unit.magnitude
    let whole = magnitude / unit
    var fraction = magnitude % unit
    if whole == 0 {
      sink(digits)
    } else {
      var divisor: Raw.Magnitude = 1
      while whole / divisor >= 10 { divisor *= 10 }
      while divisor > 0 {
        sink(digits + UInt8(truncatingIfNeeded: (whole / divisor) % 10))
        divisor /= 10
      }
    }
    guard fraction != 0 else { return }
    sink(46)
    var place = unit / 10
    while fraction != 0 {
      sink(digits + UInt8(truncatingIfNeeded: fraction / place))
      fraction %= place
      if place == 1 { break }
      place /= 10
    }
  }

  /// Writes the decimal text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// Reads decimal text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do { self = try Self(text) } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
    }
  }
}
