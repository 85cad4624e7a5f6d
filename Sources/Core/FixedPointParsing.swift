extension FixedPoint {
  /// The value of decimal text: sign, digits, point, digits, exponent (`-12.50`, `6.87e+08`).
  ///
  /// - Throws: `DecimalError.notANumber`, `.tooManyDecimals` (unless `rounding` allows it), `.overflow`.
  public init(_ text: some StringProtocol, rounding: Rounding = .exact) throws {
    var text = String(text)
    self = try text.withUTF8 { try Self(utf8: $0, rounding: rounding) }
  }

  /// The value of decimal text given as bytes, the form that feeds and files have.
  @inlinable public init(utf8 bytes: UnsafeBufferPointer<UInt8>, rounding: Rounding = .exact) throws {
    let wide = try DecimalScanner.integer(bytes, fractionDigits: Self.fractionDigits, rounding: rounding)
    guard let value = Self(exactly: wide) else { throw DecimalError.overflow }
    self = value
  }
}

/// Reads one decimal number from bytes. Digits down to the last decimal held make the value; those after it decide the
/// rounding. The same 128-bit code serves every type, so that it is compiled once and not per type.
@usableFromInline
struct DecimalScanner {
  /// A text longer than this is not a number that any market prints.
  private static let maximumLength = 64
  /// So many digits always fit in 64 bits.
  private static let narrowDigits = 19

  private let bytes: UnsafeBufferPointer<UInt8>
  private var isNegative = false
  /// Digits before and after the point.
  private var digits = 0
  private var decimals = 0
  /// Value of the digits, as long as they fit.
  private var mantissa: UInt64 = 0
  private var significantDigits = 0
  private var exponent = 0

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The number times `10^fractionDigits`.
  @usableFromInline
  static func integer(
    _ bytes: UnsafeBufferPointer<UInt8>, fractionDigits: Int, rounding: Rounding
  ) throws -> Int128 {
    var scanner = DecimalScanner(bytes)
    try scanner.scan()
    do {
      return scanner.significantDigits <= narrowDigits
        ? try scanner.narrow(fractionDigits: fractionDigits, rounding)
        : try scanner.long(fractionDigits: fractionDigits, rounding)
    } catch DecimalError.inexact {
      throw DecimalError.tooManyDecimals(String(decoding: bytes, as: UTF8.self), limit: fractionDigits)
    }
  }

  private func notANumber() -> DecimalError {
    .notANumber(String(decoding: bytes.prefix(Self.maximumLength), as: UTF8.self))
  }

  private mutating func scan() throws {
    guard !bytes.isEmpty, bytes.count <= Self.maximumLength else { throw notANumber() }
    isNegative = bytes[0] == 45
    var index = isNegative || bytes[0] == 43 ? 1 : 0
    let first = index
    var point = -1
    var value: UInt64 = 0
    var significant = 0
    scan: while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 48...57:
        // Beyond 19 digits the value wraps and is not used.
        value = value &* 10 &+ UInt64(byte &- 48)
        if significant > 0 || byte != 48 { significant &+= 1 }
      case 46 where point < 0: point = index
      case 69, 101: break scan
      default: throw notANumber()
      }
      index &+= 1
    }
    mantissa = value
    significantDigits = significant
    digits = index - first - (point < 0 ? 0 : 1)
    decimals = point < 0 ? 0 : index - point - 1
    guard digits > 0 else { throw notANumber() }
    if index < bytes.count { exponent = try readExponent(from: index + 1) }
  }

  private func readExponent(from start: Int) throws -> Int {
    var index = start
    guard index < bytes.count else { throw notANumber() }
    let isNegative = bytes[index] == 45
    if bytes[index] == 45 || bytes[index] == 43 { index += 1 }
    guard index < bytes.count, bytes.count - index <= 3 else { throw notANumber() }
    var value = 0
    while index < bytes.count {
      guard bytes[index] >= 48, bytes[index] <= 57 else { throw notANumber() }
      value = value * 10 + Int(bytes[index] - 48)
      index += 1
    }
    return isNegative ? -value : value
  }

  private func narrow(fractionDigits: Int, _ rounding: Rounding) throws -> Int128 {
    let shift = fractionDigits - decimals + exponent
    if mantissa == 0 || shift == 0 { return signed(Int128(mantissa)) }
    if shift > 0 {
      guard shift <= Self.narrowDigits else { return try raised(UInt128(mantissa), by: shift) }
      let product = mantissa.multipliedFullWidth(by: powersOfTen[shift])
      if product.high == 0 { return signed(Int128(product.low)) }
      return try narrowed(UInt128(product.high) << 64 | UInt128(product.low))
    }
    // Below 10^19 and divided by at least 10^20: less than a half.
    guard -shift <= Self.narrowDigits else { return try rounded(0, rest: .belowHalf, rounding) }
    let divisor = powersOfTen[-shift]
    let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: divisor)
    let other = divisor - remainder
    let rest: Rest =
      remainder == 0 ? .nothing : remainder < other ? .belowHalf : remainder == other ? .half : .aboveHalf
    return try rounded(UInt128(quotient), rest: rest, rounding)
  }

  /// Numbers of more digits than 64 bits hold.
  private func long(fractionDigits: Int, _ rounding: Rounding) throws -> Int128 {
    let kept = digits - decimals + exponent + fractionDigits
    var magnitude: UInt128 = 0
    var rest = Rest.nothing
    var index = 0
    for byte in bytes {
      if byte == 69 || byte == 101 { break }
      guard byte >= 48, byte <= 57 else { continue }
      if index < kept {
        magnitude = try Self.appended(byte - 48, to: magnitude)
      } else if index == kept {
        rest = byte == 48 ? .nothing : byte < 53 ? .belowHalf : byte == 53 ? .half : .aboveHalf
      } else if byte != 48 {
        // Something below the first dropped digit: no longer nothing, no longer exactly a half.
        if rest == .nothing { rest = .belowHalf } else if rest == .half { rest = .aboveHalf }
      }
      index += 1
    }
    guard kept <= digits else { return try raised(magnitude, by: kept - digits) }
    return try rounded(magnitude, rest: rest, rounding)
  }

  private static func appended(_ digit: UInt8, to magnitude: UInt128) throws -> UInt128 {
    let (tens, overflowTens) = magnitude.multipliedReportingOverflow(by: 10)
    let (sum, overflowSum) = tens.addingReportingOverflow(UInt128(digit))
    guard !overflowTens, !overflowSum else { throw DecimalError.overflow }
    return sum
  }

  private func raised(_ magnitude: UInt128, by power: Int) throws -> Int128 {
    var result = magnitude
    for _ in 0..<power where result != 0 { result = try Self.appended(0, to: result) }
    return try narrowed(result)
  }

  /// What lies below the last decimal held, against one half.
  private enum Rest { case nothing, belowHalf, half, aboveHalf }

  private func rounded(_ magnitude: UInt128, rest: Rest, _ rounding: Rounding) throws -> Int128 {
    guard rest != .nothing else { return try narrowed(magnitude) }
    let goesAway: Bool
    switch rounding {
    case .truncate: goesAway = false
    case .down: goesAway = isNegative
    case .up: goesAway = !isNegative
    case .awayFromZero: goesAway = true
    case .halfEven: goesAway = rest == .aboveHalf || (rest == .half && magnitude & 1 != 0)
    case .exact: throw DecimalError.inexact
    }
    let (result, overflow) = magnitude.addingReportingOverflow(goesAway ? 1 : 0)
    guard !overflow else { throw DecimalError.overflow }
    return try narrowed(result)
  }

  private func signed(_ magnitude: Int128) -> Int128 { isNegative ? 0 - magnitude : magnitude }

  private func narrowed(_ magnitude: UInt128) throws -> Int128 {
    if isNegative, magnitude == Int128.min.magnitude { return .min }
    guard let value = Int128(exactly: magnitude) else { throw DecimalError.overflow }
    return signed(value)
  }
}

/// 10^0 to 10^19.
private let powersOfTen: [UInt64] = [
  1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
  100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
  10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]
