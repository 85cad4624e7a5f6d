import Core
import Foundation
import Testing

@Suite struct DecimalTextTests {
  /// Random raw values of every size, with the ends of the range.
  static func raws(_ seed: UInt64, _ count: Int) -> [Int64] {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var values: [Int64] = [0, 1, -1, .max, .min, .max - 1, .min + 1, 1_000_000_000, -1_000_000_000]
    for _ in 0..<count { values.append(Int64(bitPattern: random.next()) >> Int64(random.below(64))) }
    return values
  }

  @Test func textAndBack() throws {
    for raw in Self.raws(1, 5000) {
      let price = Price(raw: raw)
      #expect(try Price(price.description) == price, "seed 1, raw \(raw)")
      let money = Money(raw: Int128(raw) * Int128(raw))
      #expect(try Money(money.description) == money, "seed 1, raw \(raw)")
      #expect(try Measure(Measure(price).description) == Measure(price), "seed 1, raw \(raw)")
    }
    for money in [Money(raw: .max), Money(raw: .min)] { #expect(try Money(money.description) == money) }
  }

  @Test func descriptionIsTheShortestDecimal() {
    #expect(Price(raw: 300_000_000).description == "0.3")
    #expect(Price(raw: -12_500_000_000).description == "-12.5")
    #expect(Price(raw: 100_000_000_000).description == "100")
    #expect(Price.zero.description == "0")
    #expect(Price(raw: 1).description == "0.000000001")
    #expect(Price(raw: .min).description == "-9223372036.854775808")
    #expect(Money(raw: .min).description == "-170141183460469231731.687303715884105728")
  }

  @Test(arguments: [
    ("1", "1"), ("+1", "1"), ("-0", "0"), ("1.", "1"), (".5", "0.5"), ("007.50", "7.5"), ("6.87e+08", "687000000"),
    ("1E2", "100"), ("5e-9", "0.000000005"), ("0e999", "0"), ("0.000e-999", "0"), ("1.50000000000000000000", "1.5"),
    ("150000000000000000000000000000e-29", "1.5"), ("1.5000000000000000000000000e1", "15"),
    ("-9223372036.854775808", "-9223372036.854775808"), ("9223372036.854775807", "9223372036.854775807"),
    ("00000000000000000000000000000000000000000000000000000000000001.5", "1.5"),
    ("0.00000000000000000000000000000000000000000000000000001e50", "0.001"),
  ])
  func accepted(_ text: String, _ value: String) throws {
    #expect(try Price(text).description == value)
    #expect(try Money(text).description == value)
  }

  @Test(arguments: [
    "", " ", "+", "-", ".", "-.", "e5", "1e", "1e+", "1e1000", "1.2.3", "1,5", "0x10", "NaN", "nan", "inf", "-Infinity",
    " 1", "1 ", "1\n", "--1", "+-1", "1-", "1e1e1", "1e1.5", "١", "1\u{0}", "\u{1B}[31m1", "１", "1_000",
    String(repeating: "0", count: 65), String(repeating: "9", count: 1_000_000),
  ])
  func refusedAsNoNumber(_ text: String) {
    #expect {
      _ = try Price(text)
    } throws: { if case .notANumber? = $0 as? DecimalError { true } else { false } }
    #expect {
      _ = try Money(text, rounding: .halfEven)
    } throws: { if case .notANumber? = $0 as? DecimalError { true } else { false } }
  }

  @Test(arguments: [
    "9223372036.854775808", "-9223372036.854775809", "10000000000", "1e10", "1e999", "-1e999",
    "99999999999999999999999999999999999999999999999999999999999999", "9223372036854775808000000000e-9",
  ])
  func refusedAsTooLarge(_ text: String) {
    for rounding in [Rounding.exact, .truncate, .halfEven, .awayFromZero] {
      #expect(throws: DecimalError.overflow) { _ = try Price(text, rounding: rounding) }
    }
  }

  @Test func moneyEndsWhereItsTypeEnds() {
    #expect(throws: DecimalError.overflow) { _ = try Money("170141183460469231731.687303715884105728") }
    #expect(throws: DecimalError.overflow) { _ = try Money("-170141183460469231731.687303715884105729") }
    #expect(throws: DecimalError.overflow) { _ = try Money("340282366920938463463.374607431768211455") }
    #expect(throws: DecimalError.overflow) {
      _ = try Money("170141183460469231731.6873037158841057275", rounding: .awayFromZero)
    }
    #expect((try? Money("170141183460469231731.6873037158841057275", rounding: .truncate)) == .max)
  }

  @Test func decimalsThatDoNotFitAreNamed() {
    for text in ["0.0000000001", "1.0000000005", "1e-10", "123456789.12345678901234567890", "1e-999"] {
      #expect(throws: DecimalError.tooManyDecimals(text, limit: 9)) { _ = try Price(text) }
    }
  }

  @Test(arguments: [
    ("0.0000000005", 0, 0, 1, 1, 0), ("-0.0000000005", 0, -1, 0, -1, 0), ("0.0000000015", 1, 1, 2, 2, 2),
    ("0.0000000025", 2, 2, 3, 3, 2), ("0.00000000250000000000000000000000000001", 2, 2, 3, 3, 3),
    ("-0.0000000025", -2, -3, -2, -3, -2), ("9200000000000000000e-28", 0, 0, 1, 1, 1), ("9e-999", 0, 0, 1, 1, 0),
    ("-9e-999", 0, -1, 0, -1, 0), ("0.0000000009999999999999999999999999999999", 0, 0, 1, 1, 1),
    ("5000000000000000000000000000000e-40", 0, 0, 1, 1, 0), ("5000000000000000000000000000001e-40", 0, 0, 1, 1, 1),
  ])
  func roundedText(_ text: String, _ truncate: Int64, _ down: Int64, _ up: Int64, _ away: Int64, _ even: Int64) throws {
    #expect(try Price(text, rounding: .truncate).raw == truncate)
    #expect(try Price(text, rounding: .down).raw == down)
    #expect(try Price(text, rounding: .up).raw == up)
    #expect(try Price(text, rounding: .awayFromZero).raw == away)
    #expect(try Price(text, rounding: .halfEven).raw == even)
  }

  /// Any digits, point and exponent against arithmetic on whole numbers: value = mantissa · 10^power.
  @Test func textAgreesWithWholeNumbers() throws {
    for seed in UInt64(0)..<4000 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let mantissa = Int128(Int64(bitPattern: random.next()) >> Int64(random.below(64)))
      let decimals = random.below(25)
      let power = random.below(9) - 4
      var digits = String(mantissa.magnitude)
      while digits.count <= decimals { digits = "0" + digits }
      let point = digits.index(digits.endIndex, offsetBy: -decimals)
      let text = (mantissa < 0 ? "-" : "") + digits[..<point] + "." + digits[point...] + "e\(power)"
      let shift = 9 - decimals + power
      for rounding in [Rounding.truncate, .down, .up, .awayFromZero, .halfEven] {
        let expected: Int128 =
          shift >= 0
          ? mantissa * ten(shift) : oracle(mantissa, ten(-shift), rounding)
        let value = try? Price(text, rounding: rounding)
        #expect(value?.raw == Int64(exactly: expected), "seed \(seed): \(text) \(rounding)")
      }
    }
  }

  @Test func hostileTextNeverTraps() {
    let alphabet = Array("0123456789.eE+-,x \u{1B}".utf8)
    for seed in UInt64(0)..<20_000 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let bytes = (0..<random.below(70)).map { _ in alphabet[random.below(random.below(2) == 0 ? 11 : alphabet.count)] }
      let text = String(decoding: bytes, as: UTF8.self)
      for rounding in [Rounding.exact, .halfEven, .up] {
        // Whatever is accepted by the narrow type is the same number in the wide one.
        if let price = try? Price(text, rounding: rounding), let measure = try? Measure(text) {
          #expect(rounding != .exact || Measure(price) == measure, "seed \(seed): \(text)")
        }
      }
    }
  }

  @Test func jsonHoldsText() throws {
    let data = try JSONEncoder().encode([Price(raw: 300_000_000)])
    #expect(String(decoding: data, as: UTF8.self) == "[\"0.3\"]")
    #expect(try JSONDecoder().decode([Price].self, from: data) == [Price(raw: 300_000_000)])
    for bad in ["[\"0.0000000001\"]", "[0.3]", "[\"abc\"]", "[\"1e99\"]"] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode([Price].self, from: Data(bad.utf8)) }
    }
  }
}

func ten(_ power: Int) -> Int128 { (0..<power).reduce(1) { value, _ in value * 10 } }

/// Division by floor and comparison of doubled remainders: another way than the code's.
func oracle(_ value: Int128, _ divisor: Int128, _ rounding: Rounding) -> Int128 {
  let (a, b) = divisor < 0 ? (-value, -divisor) : (value, divisor)
  let floor = a >= 0 ? a / b : -((-a + b - 1) / b)
  let rest = a - floor * b
  if rest == 0 { return floor }
  switch rounding {
  case .down: return floor
  case .up: return floor + 1
  case .truncate: return a >= 0 ? floor : floor + 1
  case .awayFromZero: return a >= 0 ? floor + 1 : floor
  case .halfEven, .exact:
    if 2 * rest == b { return floor % 2 == 0 ? floor : floor + 1 }
    return 2 * rest > b ? floor + 1 : floor
  }
}
