import Core

/// The `vetoes` array of a decision record. It is three quarters of the record's bytes, so it is put together from
/// prepared pieces instead of key by key.
enum CheckListEncoding {
  /// The longest check: names and keys below 128 bytes, three decimals of at most 42.
  private static let bytesPerCheck = 256

  /// `"rule":"…","verdict":"…"}` for each check and outcome.
  private static let endings: [[UInt8]] = {
    var endings = [[UInt8]](repeating: [], count: RiskCheck.allCases.count * 4)
    for check in RiskCheck.allCases {
      for outcome in [CheckOutcome.pass, .veto, .notApplicable] {
        let text = ",\"rule\":\"\(check.rawValue)\",\"verdict\":\"\(outcome.rawValue)\"}"
        endings[index(check, outcome)] = Array(text.utf8)
      }
    }
    return endings
  }()

  /// A case's place in the enumeration: its stored byte. `allCases.firstIndex` would compare strings.
  private static func index(_ check: RiskCheck, _ outcome: CheckOutcome) -> Int {
    Int(unsafeBitCast(check, to: UInt8.self)) << 2 | Int(unsafeBitCast(outcome, to: UInt8.self))
  }

  static func encode(_ checks: [CheckResult]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: checks.count * bytesPerCheck + 2) { buffer, count in
      var output = Output(next: buffer.baseAddress!)
      output.put(91)
      for index in checks.indices {
        if index > 0 { output.put(44) }
        output.check(checks[index], ending: endings[self.index(checks[index].check, checks[index].outcome)])
      }
      output.put(93)
      count = output.next - buffer.baseAddress!
    }
  }

  /// A place in memory that is known to be large enough.
  private struct Output {
    var next: UnsafeMutablePointer<UInt8>

    mutating func put(_ byte: UInt8) {
      next.pointee = byte
      next += 1
    }

    mutating func put(_ text: StaticString) {
      next.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
      next += text.utf8CodeUnitCount
    }

    mutating func check(_ result: CheckResult, ending: [UInt8]) {
      if result.input == nil, result.limit == nil, result.margin == nil {
        put("{\"input\":null,\"limit\":null,\"margin\":null")
      } else {
        put("{\"input\":")
        measure(result.input)
        put(",\"limit\":")
        measure(result.limit)
        put(",\"margin\":")
        measure(result.margin)
      }
      ending.withUnsafeBufferPointer { next.update(from: $0.baseAddress!, count: $0.count) }
      next += ending.count
    }

    mutating func measure(_ value: Measure?) {
      guard let value else { return put("null") }
      put(34)
      if value.raw < 0 { put(45) }
      let unit: UInt64 = 1_000_000_000_000_000_000
      let magnitude = value.raw.magnitude
      let whole: UInt128
      var fraction: UInt64
      if let small = UInt64(exactly: magnitude) {
        (whole, fraction) = (UInt128(small / unit), small % unit)
      } else {
        let parts = magnitude.quotientAndRemainder(dividingBy: UInt128(unit))
        (whole, fraction) = (parts.quotient, UInt64(parts.remainder))
      }
      if let small = UInt64(exactly: whole) {
        digits(small, width: Self.width(small))
      } else {
        // Above 1.8 · 10¹⁹: two halves.
        let parts = whole.quotientAndRemainder(dividingBy: UInt128(unit))
        digits(UInt64(parts.quotient), width: Self.width(UInt64(parts.quotient)))
        digits(UInt64(parts.remainder), width: 18)
      }
      if fraction != 0 {
        put(46)
        var width = 18
        if fraction % 1_000_000_000 == 0 {
          fraction /= 1_000_000_000
          width = 9
        }
        while fraction % 10 == 0 {
          fraction /= 10
          width -= 1
        }
        digits(fraction, width: width)
      }
      put(34)
    }

    static func width(_ number: UInt64) -> Int {
      var width = 1
      var rest = number
      while rest >= 10 {
        rest /= 10
        width += 1
      }
      return width
    }

    mutating func digits(_ number: UInt64, width: Int) {
      var rest = number
      for place in stride(from: width - 1, through: 0, by: -1) {
        next[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      next += width
    }
  }
}
