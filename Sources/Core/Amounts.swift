/// A price of one unit in quote currency, exact to 10⁻⁹. Largest: about 9.2 · 10⁹.
public struct Price: FixedPoint {
  /// Decimals held: nine.
  public static var fractionDigits: Int { 9 }
  /// The raw value that stands for one: 10⁹.
  @inlinable public static var unit: Int64 { 1_000_000_000 }
  /// The value times `unit`, as an integer.
  public let raw: Int64
  /// A value from its raw integer, which counts steps of 10⁻⁹.
  @inlinable public init(raw: Int64) { self.raw = raw }
  /// A value from a wide raw integer; nil if it does not fit.
  public init?(exactly wide: Int128) {
    guard let raw = Int64(exactly: wide) else { return nil }
    self.init(raw: raw)
  }
}

/// An amount of the traded thing (coins, shares, contracts), exact to 10⁻⁹. Largest: about 9.2 · 10⁹.
public struct Quantity: FixedPoint {
  /// Decimals held: nine.
  public static var fractionDigits: Int { 9 }
  /// The raw value that stands for one: 10⁹.
  @inlinable public static var unit: Int64 { 1_000_000_000 }
  /// The value times `unit`, as an integer.
  public let raw: Int64
  /// A value from its raw integer, which counts steps of 10⁻⁹.
  @inlinable public init(raw: Int64) { self.raw = raw }
  /// A value from a wide raw integer; nil if it does not fit.
  public init?(exactly wide: Int128) {
    guard let raw = Int64(exactly: wide) else { return nil }
    self.init(raw: raw)
  }
}

/// An amount of quote currency, exact to 10⁻¹⁸: the product of any price and quantity fits without rounding.
public struct Money: FixedPoint {
  /// Decimals held: eighteen.
  public static var fractionDigits: Int { 18 }
  /// The raw value that stands for one: 10¹⁸.
  @inlinable public static var unit: Int128 { 1_000_000_000_000_000_000 }
  /// The value times `unit`, as an integer.
  public let raw: Int128
  /// A value from its raw integer, which counts steps of 10⁻¹⁸.
  @inlinable public init(raw: Int128) { self.raw = raw }
  /// A value from its raw integer, which always fits.
  public init?(exactly wide: Int128) { self.init(raw: wide) }
}

/// A share of one (a fee rate, a fraction of equity), exact to 10⁻⁹: one basis point is 100,000 units.
public struct Rate: FixedPoint {
  /// Decimals held: nine.
  public static var fractionDigits: Int { 9 }
  /// The raw value that stands for one: 10⁹.
  @inlinable public static var unit: Int64 { 1_000_000_000 }
  /// The value times `unit`, as an integer.
  public let raw: Int64
  /// A value from its raw integer, which counts steps of 10⁻⁹.
  @inlinable public init(raw: Int64) { self.raw = raw }
  /// A value from a wide raw integer; nil if it does not fit.
  public init?(exactly wide: Int128) {
    guard let raw = Int64(exactly: wide) else { return nil }
    self.init(raw: raw)
  }
  /// One: the whole.
  @inlinable public static var one: Rate { Rate(raw: unit) }
  /// A rate of `basisPoints` / 10,000.
  @inlinable public init(basisPoints: Int64) { self.init(raw: basisPoints * 100_000) }
}

/// Any other exact number, to 10⁻¹⁸: traded volume, a limit or reading of a risk check.
public struct Measure: FixedPoint {
  /// Decimals held: eighteen.
  public static var fractionDigits: Int { 18 }
  /// The raw value that stands for one: 10¹⁸.
  @inlinable public static var unit: Int128 { 1_000_000_000_000_000_000 }
  /// The value times `unit`, as an integer.
  public let raw: Int128
  /// A value from its raw integer, which counts steps of 10⁻¹⁸.
  @inlinable public init(raw: Int128) { self.raw = raw }
  /// A value from its raw integer, which always fits.
  public init?(exactly wide: Int128) { self.init(raw: wide) }
  /// A whole number.
  @inlinable public init(_ value: Int) { self.init(raw: Int128(value) * Self.unit) }
  /// The same number as a measure.
  @inlinable public init(_ money: Money) { self.init(raw: money.raw) }
  /// The same number as a measure.
  @inlinable public init(_ price: Price) { self.init(raw: Int128(price.raw) * 1_000_000_000) }
  /// The same number as a measure.
  @inlinable public init(_ quantity: Quantity) { self.init(raw: Int128(quantity.raw) * 1_000_000_000) }
  /// The same number as a measure.
  @inlinable public init(_ rate: Rate) { self.init(raw: Int128(rate.raw) * 1_000_000_000) }
}
