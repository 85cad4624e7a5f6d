import Core
import Testing

@Suite struct DecimalArithmeticTests {
  static let roundings: [Rounding] = [.truncate, .down, .up, .awayFromZero, .halfEven]

  @Test func aTenthAndTwoTenths() throws {
    #expect(try Money("0.1").adding(Money("0.2")) == Money("0.3"))
    #expect(try Price("0.1") * Quantity("3") == Money("0.3"))
  }

  @Test func sumsAndDifferencesUndoOneAnother() throws {
    let values = DecimalTextTests.raws(2, 300)
    for a in values {
      for b in values.prefix(40) {
        let (left, right) = (Quantity(raw: a), Quantity(raw: b))
        guard let sum = try? left.adding(right) else {
          #expect(a.addingReportingOverflow(b).overflow, "seed 2: \(a) \(b)")
          continue
        }
        if b != .min || sum.raw < 0 { #expect(try sum.subtracting(right) == left, "seed 2: \(a) \(b)") }
        #expect(sum == (try right.adding(left)))
      }
    }
    #expect(throws: DecimalError.overflow) { try Price.max.adding(Price(raw: 1)) }
    #expect(throws: DecimalError.overflow) { try Price(raw: .min).subtracting(Price(raw: 1)) }
    #expect(throws: DecimalError.overflow) { try Price.max.multiplied(by: 2) }
    #expect(try Price(raw: 7).multiplied(by: -3).raw == -21)
  }

  @Test func divisionRoundsAsItSays() throws {
    for seed in UInt64(0)..<5000 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let value = Int64(bitPattern: random.next()) >> Int64(random.below(64))
      let divisor = Int64(bitPattern: random.next()) >> Int64(random.below(64))
      guard divisor != 0 else { continue }
      for rounding in Self.roundings {
        let expected = oracle(Int128(value), Int128(divisor), rounding)
        #expect(
          (try? value.divided(by: divisor, rounding: rounding)) == Int64(exactly: expected),
          "seed \(seed): \(value) / \(divisor) \(rounding)")
      }
      if value % divisor != 0 {
        #expect(throws: DecimalError.inexact) { try value.divided(by: divisor, rounding: .exact) }
      }
    }
    #expect(throws: DecimalError.divisionByZero) { try Int64(1).divided(by: 0, rounding: .truncate) }
    #expect(throws: DecimalError.overflow) { try Int64.min.divided(by: -1, rounding: .truncate) }
    #expect(try Int64(6).divided(by: 3, rounding: .exact) == 2)
  }

  @Test func negativeHalvesGoToTheEvenNeighbour() throws {
    for (value, expected) in [(-5, -2), (-15, -8), (-25, -12), (5, 2), (15, 8), (25, 12), (-7, -4), (7, 4)] {
      #expect(try Int64(value).divided(by: 2, rounding: .halfEven) == Int64(expected))
      #expect(try Int64(-value).divided(by: -2, rounding: .halfEven) == Int64(expected))
      #expect(oracle(Int128(value), 2, .halfEven) == Int128(expected))
    }
  }

  @Test func stepsAreWholeMultiples() throws {
    for seed in UInt64(0)..<2000 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let price = Price(raw: Int64(bitPattern: random.next()) >> Int64(1 + random.below(63)))
      let step = Price(raw: 1 + Int64(random.below(1_000_000_000)))
      let down = try price.rounded(toMultipleOf: step, .down)
      let up = try price.rounded(toMultipleOf: step, .up)
      #expect(down <= price && price <= up, "seed \(seed)")
      #expect(down.isMultiple(of: step) && up.isMultiple(of: step), "seed \(seed)")
      #expect(up.raw - down.raw == (price.isMultiple(of: step) ? 0 : step.raw), "seed \(seed)")
    }
    #expect(!Price(raw: 5).isMultiple(of: .zero))
    #expect(Price(raw: .min).isMultiple(of: Price(raw: -1)))
    #expect(throws: DecimalError.divisionByZero) { try Price(raw: 5).rounded(toMultipleOf: .zero, .down) }
    #expect(throws: DecimalError.overflow) { try Price.max.rounded(toMultipleOf: Price(raw: 10), .up) }
  }

  /// The 256-bit path against long division by hand: q · denominator + r = value · numerator, checked in pieces.
  @Test func wideScalingIsExact() throws {
    for seed in UInt64(0)..<3000 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let amount = Int128(Int64(bitPattern: random.next())) * Int128(Int64(bitPattern: random.next() >> 2))
      let numerator = Int64(bitPattern: random.next()) >> Int64(random.below(40))
      let denominator = Int64(bitPattern: random.next() | 1) >> Int64(random.below(20))
      guard denominator != 0 else { continue }
      for rounding in Self.roundings {
        let value = try? Money(raw: amount).scaled(
          by: Quantity(raw: numerator), over: Quantity(raw: denominator), rounding: rounding)
        #expect(
          value?.raw == wideOracle(amount, numerator, denominator, rounding),
          "seed \(seed): \(amount) · \(numerator) / \(denominator) \(rounding)")
      }
    }
  }

  @Test func wideScalingAtTheEdges() throws {
    let largest = Money(raw: .max)
    let smallest = Money(raw: .min)
    let two = Quantity(raw: 2)
    let three = Quantity(raw: 3)
    let minusOne = Quantity(raw: -1)
    #expect(try largest.scaled(by: three, over: three, rounding: .exact) == largest)
    #expect(try smallest.scaled(by: three, over: three, rounding: .exact) == smallest)
    #expect(throws: DecimalError.overflow) {
      try smallest.scaled(by: minusOne, over: Quantity(raw: 1), rounding: .exact)
    }
    #expect(throws: DecimalError.overflow) { try largest.scaled(by: three, over: two, rounding: .truncate) }
    #expect(try largest.scaled(by: two, over: three, rounding: .down).raw == Int128.max / 3 * 2)
    #expect(throws: DecimalError.inexact) { try largest.scaled(by: two, over: three, rounding: .exact) }
    #expect(throws: DecimalError.divisionByZero) { try largest.scaled(by: two, over: .zero, rounding: .exact) }
    // Exactly half of an odd number: max · 3 / 6, and it rounds to even either way.
    let six = Quantity(raw: 6)
    #expect(try largest.scaled(by: three, over: six, rounding: .halfEven).raw == Int128.max / 2 + 1)
    #expect(try Money(raw: -.max).scaled(by: three, over: six, rounding: .halfEven).raw == -(Int128.max / 2 + 1))
    #expect(try largest.scaled(by: three, over: six, rounding: .truncate).raw == Int128.max / 2)
    // One short of overflow, and rounded over it.
    #expect(throws: DecimalError.overflow) {
      try smallest.scaled(by: Quantity(raw: 7), over: Quantity(raw: -7), rounding: .truncate)
    }
  }

  @Test func amountsOfEachOther() throws {
    let fee = try Money("1000").scaled(by: Rate(basisPoints: 10), rounding: .up)
    #expect(fee == (try Money("1")))
    #expect(try Money("100").quantity(at: Price("3"), rounding: .down) == Quantity("33.333333333"))
    #expect(try Money("100").price(per: Quantity("8"), rounding: .exact) == Price("12.5"))
    #expect(try Money("25").share(of: Money("200"), rounding: .exact) == Rate("0.125"))
    #expect(try Price("100").scaled(by: Rate("0.015"), rounding: .exact) == Price("1.5"))
    #expect(try Quantity("3").scaled(by: Rate("0.5"), rounding: .exact) == Quantity("1.5"))
    #expect(throws: DecimalError.divisionByZero) { try Money("1").quantity(at: .zero, rounding: .down) }
    #expect(throws: DecimalError.divisionByZero) { try Money("1").price(per: .zero, rounding: .down) }
    #expect(throws: DecimalError.divisionByZero) { try Money("1").share(of: .zero, rounding: .down) }
    #expect(throws: DecimalError.overflow) { try Money.max.quantity(at: Price("1"), rounding: .down) }
    #expect(throws: DecimalError.overflow) { try Money.max.price(per: Quantity("1"), rounding: .down) }
    #expect(throws: DecimalError.overflow) { try Money.max.share(of: Money(raw: 1), rounding: .down) }
    #expect(throws: DecimalError.overflow) { try Price.max.scaled(by: Rate("2"), rounding: .down) }
    #expect(throws: DecimalError.overflow) { try Quantity.max.scaled(by: Rate("2"), rounding: .down) }
    #expect(Price.max * Quantity.max == Money(raw: Int128(Int64.max) * Int128(Int64.max)))
    #expect(Price(raw: .min) * Quantity(raw: .min) > .zero)
  }

  @Test func signs() throws {
    #expect(Price(raw: -5).absolute == Price(raw: 5) && Price(raw: 5).absolute == Price(raw: 5))
    #expect(Price(raw: .min).absolute == .max)
    #expect(Quantity(raw: .min).negated == .max && Quantity(raw: 3).negated.raw == -3)
    #expect(Money(raw: .min).negated == .max && Money(raw: -3).negated.raw == 3)
    #expect(Price(raw: -1).isNegative && Price(raw: 1).isPositive && Price.zero.isZero)
    #expect(!Price.zero.isNegative && !Price.zero.isPositive)
    #expect(Price(raw: 1) < Price(raw: 2) && Rate.one.description == "1")
  }

  @Test func floatingPointEntersCutAndBounded() throws {
    #expect(Rate(truncating: 0.25) == (try Rate("0.25")))
    #expect(Rate(truncating: -0.0000000019)?.raw == -1)
    #expect(Rate(truncating: .nan) == nil && Rate(truncating: .infinity) == nil)
    #expect(Rate(truncating: 1e30) == nil && Rate(truncating: -1e30) == nil && Money(truncating: 1e300) == nil)
    #expect(Price(raw: 1_500_000_000).approximate == 1.5)
    #expect(Measure(3).description == "3" && Measure(Rate.one) == Measure(1))
    #expect(try Measure(Money("2.5")) == Measure("2.5"))
    #expect(try Measure(Quantity("2.5")) == Measure("2.5"))
    #expect(Measure(Int.min).description == "-9223372036854775808")
  }
}

/// `a · n / d` by magnitude, dividing bit by bit: slow and plain.
func wideOracle(_ a: Int128, _ n: Int64, _ d: Int64, _ rounding: Rounding) -> Int128? {
  let isNegative = (a < 0) != ((n < 0) != (d < 0))
  let (high, low) = a.magnitude.multipliedFullWidth(by: UInt128(n.magnitude))
  let divisor = UInt128(d.magnitude)
  var remainder: UInt128 = 0
  var quotient: UInt128 = 0
  var isTooLarge = false
  for bit in (0..<256).reversed() {
    let next = bit >= 128 ? (high >> UInt128(bit - 128)) & 1 : (low >> UInt128(bit)) & 1
    remainder = remainder << 1 | next
    if quotient >> 127 != 0 { isTooLarge = true }
    quotient = quotient << 1
    if remainder >= divisor {
      remainder -= divisor
      quotient |= 1
    }
  }
  if isTooLarge { return nil }
  let isAway: Bool
  switch rounding {
  case .truncate, .exact: isAway = false
  case .down: isAway = isNegative && remainder != 0
  case .up: isAway = !isNegative && remainder != 0
  case .awayFromZero: isAway = remainder != 0
  case .halfEven: isAway = 2 * remainder > divisor || (2 * remainder == divisor && quotient % 2 == 1)
  }
  if isAway { quotient += 1 }
  if isNegative { return quotient <= Int128.min.magnitude ? 0 &- Int128(truncatingIfNeeded: quotient) : nil }
  return Int128(exactly: quotient)
}
