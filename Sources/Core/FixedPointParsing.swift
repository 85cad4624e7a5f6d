extension FixedPoint {
  /// The value of decimal text: sign, digits, point, digits, exponent (`-12.50`, `6.87e+08`).
  ///
  /// - Throws: `DecimalError.notANumber`, `.tooManyDecimals` (unless `rounding` allows it), `.overflow`.
  public init(_ text: some StringProtocol, rounding: Rounding = .exact) throws {
    var text = String(text)
    self = try text.withUTF8 { try Self(utf8: $0, rounding: rounding) }
  }

  /// The value of decimal text given as bytes, the form that feeds and files have.
  public init(utf8 bytes: UnsafeBufferPointer<UInt8>, rounding: Rounding = .exact) throws {
    self.init(raw: try DecimalScanner(bytes).raw(Raw.self, fractionDigits: Self.fractionDigits, rounding: rounding))
  }
}

/// Reads one decimal number from bytes.
@usableFromInline
struct DecimalScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// A text longer than this is not a number that any market prints.
  private static let maximumLength = 64

  @usableFromInline
  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private func notANumber() -> DecimalError {
    .notANumber(String(decoding: bytes.prefix(Self.maximumLength), as: UTF8.self))
  }

  @usableFromInline
  func raw<Raw: FixedWidthInteger & SignedInteger>(
    _: Raw.Type, fractionDigits: Int, rounding: Rounding
  ) throws -> Raw {
    guard !bytes.isEmpty, bytes.count <= Self.maximumLength else { throw notANumber() }
    var index = 0
    let isNegative = bytes[0] == 45
    if bytes[0] == 45 || bytes[0] == 43 { index = 1 }
    var mantissa: Raw = 0
    var decimals = 0
    var digits = 0
    var pointSeen = false
    scan: while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 48...57:
        let (tens, overflowTens) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, overflowSum) = tens.addingReportingOverflow(Raw(byte - 48))
        guard !overflowTens, !overflowSum else { return try slow(fractionDigits, rounding) }
        mantissa = sum
        digits += 1
        if pointSeen { decimals += 1 }
      case 46 where !pointSeen: pointSeen = true
      case 69, 101: break scan
      default: throw notANumber()
      }
      index += 1
    }
    guard digits > 0 else { throw notANumber() }
    let exponent = try exponent(from: index)
    let signed = isNegative ? 0 - mantissa : mantissa
    return try Self.scale(
      signed, by: fractionDigits - decimals + exponent, text: notANumber, limit: fractionDigits, rounding: rounding)
  }

  private func exponent(from start: Int) throws -> Int {
    guard start < bytes.count else { return 0 }
    var index = start + 1
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

  private static func scale<Raw: FixedWidthInteger & SignedInteger>(
    _ value: Raw, by power: Int, text: () -> DecimalError, limit: Int, rounding: Rounding
  ) throws -> Raw {
    if value == 0 || power == 0 { return value }
    var result = value
    if power > 0 {
      for _ in 0..<power {
        let (product, overflow) = result.multipliedReportingOverflow(by: 10)
        guard !overflow else { throw DecimalError.overflow }
        result = product
      }
      return result
    }
    var divisor: Raw = 1
    for _ in 0..<(-power) {
      let (product, overflow) = divisor.multipliedReportingOverflow(by: 10)
      // Below every digit: the quotient is zero and the whole value the remainder.
      guard !overflow else { return try tooSmall(value, text: text, limit: limit, rounding: rounding) }
      divisor = product
    }
    do {
      return try value.divided(by: divisor, rounding: rounding)
    } catch DecimalError.inexact {
      guard case .notANumber(let shown) = text() else { throw DecimalError.inexact }
      throw DecimalError.tooManyDecimals(shown, limit: limit)
    }
  }

  private static func tooSmall<Raw: FixedWidthInteger & SignedInteger>(
    _ value: Raw, text: () -> DecimalError, limit: Int, rounding: Rounding
  ) throws -> Raw {
    switch rounding {
    case .truncate, .halfEven: return 0
    case .down: return value < 0 ? -1 : 0
    case .up: return value > 0 ? 1 : 0
    case .awayFromZero: return value < 0 ? -1 : 1
    case .exact:
      guard case .notANumber(let shown) = text() else { throw DecimalError.inexact }
      throw DecimalError.tooManyDecimals(shown, limit: limit)
    }
  }

  /// More digits than the type holds: drop trailing fraction zeros, which change nothing, and try once more.
  private func slow<Raw: FixedWidthInteger & SignedInteger>(_ fractionDigits: Int, _ rounding: Rounding) throws -> Raw {
    guard let point = bytes.firstIndex(of: 46) else { throw try isNumber() ? DecimalError.overflow : notANumber() }
    guard !bytes.contains(where: { $0 == 69 || $0 == 101 }) else { throw DecimalError.overflow }
    guard try isNumber() else { throw notANumber() }
    let wholeEnd = Swift.min(bytes.count, point + 1 + fractionDigits)
    var kept = Array(bytes[0..<wholeEnd])
    let dropped = bytes[wholeEnd...]
    guard dropped.contains(where: { $0 != 48 }) else {
      return try kept.withUnsafeBufferPointer {
        try DecimalScanner($0).rawWithoutRetry(fractionDigits: fractionDigits)
      }
    }
    guard rounding != .exact else {
      throw DecimalError.tooManyDecimals(String(decoding: bytes, as: UTF8.self), limit: fractionDigits)
    }
    // One digit more than the type holds decides: the first dropped one, made odd-proof if anything follows it.
    let truncated: Raw = try kept.withUnsafeBufferPointer {
      try DecimalScanner($0).rawWithoutRetry(fractionDigits: fractionDigits)
    }
    kept.removeAll()
    return try Self.nudge(truncated, isNegative: bytes[0] == 45, dropped: dropped, rounding: rounding)
  }

  private static func nudge<Raw: FixedWidthInteger & SignedInteger>(
    _ truncated: Raw, isNegative: Bool, dropped: Slice<UnsafeBufferPointer<UInt8>>, rounding: Rounding
  ) throws -> Raw {
    let first = dropped.first ?? 48
    let restIsZero = dropped.dropFirst().allSatisfy { $0 == 48 }
    let goesAway: Bool
    switch rounding {
    case .truncate, .exact: goesAway = false
    case .down: goesAway = isNegative
    case .up: goesAway = !isNegative
    case .awayFromZero: goesAway = true
    case .halfEven: goesAway = first > 53 || (first == 53 && (!restIsZero || truncated & 1 != 0))
    }
    guard goesAway else { return truncated }
    let (result, overflow) = truncated.addingReportingOverflow(isNegative ? -1 : 1)
    guard !overflow else { throw DecimalError.overflow }
    return result
  }

  private func rawWithoutRetry<Raw: FixedWidthInteger & SignedInteger>(fractionDigits: Int) throws -> Raw {
    var value: Raw = 0
    var decimals = 0
    var pointSeen = false
    let isNegative = bytes.first == 45
    for byte in bytes {
      if byte == 46 {
        pointSeen = true
        continue
      }
      guard byte >= 48, byte <= 57 else { continue }
      let (tens, overflowTens) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowSum) = tens.addingReportingOverflow(Raw(byte - 48))
      guard !overflowTens, !overflowSum else { throw DecimalError.overflow }
      value = sum
      if pointSeen { decimals += 1 }
    }
    return try Self.scale(
      isNegative ? 0 - value : value, by: fractionDigits - decimals, text: notANumber, limit: fractionDigits,
      rounding: .exact)
  }

  private func isNumber() throws -> Bool {
    var points = 0
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 48...57: continue
      case 46: points += 1
      case 43, 45: if index != 0 { return false }
      default: return false
      }
    }
    return points <= 1
  }
}
