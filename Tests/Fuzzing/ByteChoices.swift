import Core

/// Turns the bytes of an input into choices, so that every input is a walk and small changes make small changes.
struct ByteChoices {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { index >= bytes.count }

  /// The next byte; 0 at the end.
  mutating func byte() -> UInt8 {
    guard index < bytes.count else { return 0 }
    defer { index += 1 }
    return bytes[index]
  }
  mutating func flag() -> Bool { byte() & 1 == 1 }
  mutating func below(_ count: Int) -> Int { Int(byte()) % count }
  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
  mutating func word() -> UInt64 { (0..<8).reduce(0) { sum, _ in sum << 8 | UInt64(byte()) } }

  /// Sensible mostly, at the ends of what a number can hold otherwise.
  mutating func amount(_ unit: Int64) -> Int64 {
    switch byte() {
    case 0: .max
    case 1: .min
    case 2: 0
    case 3: -unit
    case 4: 1
    case 5: Int64(bitPattern: word())
    case let other: (Int64(other) - 5) * unit
    }
  }
  mutating func price() -> Price { Price(raw: amount(Price.unit)) }
  mutating func quantity() -> Quantity { Quantity(raw: amount(Quantity.unit / 10)) }
  mutating func money() -> Money {
    switch byte() {
    case 0: .max
    case 1: Money(raw: .min)
    case let other: Money(raw: (Int128(other) - 128) * Money.unit)
    }
  }
  /// Within what every reader of moments lets pass.
  mutating func moment() -> Timestamp {
    switch byte() {
    case 0: .earliest
    case 1: .latest
    case let other: FuzzWorld.time.adding(milliseconds: Int64(other) * 1000)
    }
  }
  mutating func number() -> UInt64 {
    switch byte() {
    case 0: .max
    case 1: word()
    case let other: UInt64(other) - 2
    }
  }
  mutating func instrument() -> InstrumentID { pick([0, 0, 0, 1, .max].map { InstrumentID(index: $0) }) }
  mutating func clientID() -> ClientOrderID {
    ClientOrderID(sequence: number(), role: pick(OrderRole.allCases), attempt: flag() ? UInt16(byte()) : 0)
  }
}
