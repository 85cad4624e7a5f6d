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

  /// A string, escaped.
  public mutating func value(_ text: String) {
    separate()
    bytes.append(34)
    for byte in text.utf8 { escape(byte) }
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
  public mutating func value(_ number: some BinaryInteger) {
    separate()
    if let small = Int64(exactly: number), small >= 0 { appendDigits(UInt64(small)) } else {
      bytes.append(contentsOf: String(number).utf8)
    }
    needsComma = true
  }

  private mutating func appendDigits(_ number: UInt64) {
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(48 + UInt8(number / divisor % 10))
      divisor /= 10
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

  /// The text.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}
