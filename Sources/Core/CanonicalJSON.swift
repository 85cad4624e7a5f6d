/// Writes JSON as bytes, in the order of the calls. Callers write keys in sorted order, so equal content is equal bytes.
public struct CanonicalJSON: Sendable {
  /// The text written so far, UTF-8.
  public private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// An empty text with room for `capacity` bytes.
  public init(capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

  /// Drops the text, keeps the memory.
  public mutating func reset() {
    bytes.removeAll(keepingCapacity: true)
    needsComma = false
  }

  private mutating func separate() {
    if needsComma { bytes.append(44) }
    needsComma = false
  }

  /// `{`, members by `body`, `}`.
  public mutating func object(_ body: (inout CanonicalJSON) -> Void) {
    separate()
    bytes.append(123)
    needsComma = false
    body(&self)
    bytes.append(125)
    needsComma = true
  }

  /// `[`, elements by `body`, `]`.
  public mutating func array(_ body: (inout CanonicalJSON) -> Void) {
    separate()
    bytes.append(91)
    needsComma = false
    body(&self)
    bytes.append(93)
    needsComma = true
  }

  /// `"key":`. Keys must be plain ASCII without quotes.
  public mutating func key(_ key: StaticString) {
    separate()
    bytes.append(34)
    key.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(34)
    bytes.append(58)
  }

  /// `"key":` of a key that is not known in advance, escaped.
  public mutating func key(escaping key: String) {
    value(key)
    bytes.append(58)
    needsComma = false
  }

  /// A string, escaped.
  public mutating func value(_ text: String) {
    separate()
    bytes.append(34)
    var text = text
    text.withUTF8 { utf8 in
      if utf8.allSatisfy({ $0 >= 32 && $0 != 34 && $0 != 92 && $0 != 127 }) {
        bytes.append(contentsOf: utf8)
      } else {
        for byte in utf8 { escape(byte) }
      }
    }
    bytes.append(34)
    needsComma = true
  }

  /// A fixed string, which must need no escaping.
  public mutating func value(literal text: StaticString) {
    separate()
    bytes.append(34)
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(34)
    needsComma = true
  }

  private mutating func escape(_ byte: UInt8) {
    let hex: StaticString = "0123456789abcdef"
    switch byte {
    case 34, 92: bytes.append(contentsOf: [92, byte])
    case 10: bytes.append(contentsOf: [92, 110])
    case 0..<32, 127:
      bytes.append(contentsOf: [92, 117, 48, 48])
      bytes.append(hex.utf8Start[Int(byte >> 4)])
      bytes.append(hex.utf8Start[Int(byte & 15)])
    default: bytes.append(byte)
    }
  }

  /// An integer.
  public mutating func value(_ number: UInt64) {
    separate()
    appendDigits(number)
    needsComma = true
  }

  /// An integer.
  public mutating func value(_ number: Int64) {
    separate()
    if number < 0 { bytes.append(45) }
    appendDigits(number.magnitude)
    needsComma = true
  }

  /// An integer.
  public mutating func value(_ number: Int) { value(Int64(number)) }

  /// An integer of another type.
  public mutating func value(_ number: some BinaryInteger) {
    separate()
    if let small = Int64(exactly: number), small >= 0 {
      appendDigits(UInt64(small))
    } else {
      bytes.append(contentsOf: String(number).utf8)
    }
    needsComma = true
  }

  /// The digits of a number, with leading zeros up to `width`.
  private mutating func appendDigits(_ number: UInt64, width: Int = 1) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
      var rest = number
      var start = 20
      repeat {
        start -= 1
        buffer[start] = 48 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      } while rest > 0 || 20 - start < width
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start...]))
    }
  }

  /// A boolean.
  public mutating func value(_ flag: Bool) {
    separate()
    bytes.append(contentsOf: flag ? [116, 114, 117, 101] : [102, 97, 108, 115, 101])
    needsComma = true
  }

  /// A floating-point number in its shortest form; `null` if it is not finite. Never for money.
  public mutating func value(_ number: Double) {
    guard number.isFinite else { return null() }
    separate()
    bytes.append(contentsOf: number.description.utf8)
    needsComma = true
  }

  /// A floating-point number in its shortest form; `null` if it is not finite. Never for money.
  public mutating func value(_ number: Float) {
    guard number.isFinite else { return null() }
    separate()
    bytes.append(contentsOf: number.description.utf8)
    needsComma = true
  }

  /// An exact decimal, as a string.
  public mutating func value(_ decimal: some FixedPoint) {
    separate()
    bytes.append(34)
    decimal.appendDecimal { bytes.append($0) }
    bytes.append(34)
    needsComma = true
  }

  // The types of money have their own ways in: the generic one costs a hundred times as much, because 128-bit division
  // through a protocol is slow.

  /// An exact price, as a string.
  public mutating func value(_ price: Price) { decimal(Int128(price.raw), unit: 1_000_000_000, digits: 9) }
  /// An exact quantity, as a string.
  public mutating func value(_ quantity: Quantity) { decimal(Int128(quantity.raw), unit: 1_000_000_000, digits: 9) }
  /// An exact rate, as a string.
  public mutating func value(_ rate: Rate) { decimal(Int128(rate.raw), unit: 1_000_000_000, digits: 9) }
  /// An exact amount of money, as a string.
  public mutating func value(_ money: Money) { decimal(money.raw, unit: 1_000_000_000_000_000_000, digits: 18) }
  /// An exact measure, as a string.
  public mutating func value(_ measure: Measure) { decimal(measure.raw, unit: 1_000_000_000_000_000_000, digits: 18) }

  private mutating func decimal(_ raw: Int128, unit: UInt64, digits: Int) {
    separate()
    bytes.append(34)
    if raw < 0 { bytes.append(45) }
    let (whole, fraction) = Self.split(raw.magnitude, by: unit)
    if let small = UInt64(exactly: whole) { appendDigits(small) } else { bytes.append(contentsOf: "\(whole)".utf8) }
    if fraction != 0 {
      bytes.append(46)
      var (shown, width) = (fraction, digits)
      while shown % 10 == 0 {
        shown /= 10
        width -= 1
      }
      appendDigits(shown, width: width)
    }
    bytes.append(34)
    needsComma = true
  }

  private static func split(_ magnitude: UInt128, by unit: UInt64) -> (whole: UInt128, fraction: UInt64) {
    if let small = UInt64(exactly: magnitude) { return (UInt128(small / unit), small % unit) }
    let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: UInt128(unit))
    return (whole, UInt64(fraction))
  }

  /// `null`.
  public mutating func null() {
    separate()
    bytes.append(contentsOf: [110, 117, 108, 108])
    needsComma = true
  }

  /// JSON that was written before, taken as it is.
  public mutating func raw(_ json: some Collection<UInt8>) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  /// JSON that was written before, taken as it is.
  public mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
    needsComma = true
  }

  /// The text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}
