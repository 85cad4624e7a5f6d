/// A normal distribution cut at ±2 parent sigmas whose realised standard deviation is given.
///
/// Only +, −, ·, / and square roots of IEEE doubles are used, so a seed gives the same bits on every machine.
struct TruncatedNormal: Sendable {
  /// Realised over parent standard deviation of a normal cut at ±2.
  static let realisedShare = 0.8796256610342398
  /// erf(√2): the probability inside ±2 sigmas.
  static let coverage = 0.9544997361036416
  let parent: Double

  init(deviation: Double) { parent = deviation / Self.realisedShare }

  /// The value at `u` in (-1, 1), by inversion.
  func value(at u: Double) -> Float {
    let x = 2.0.squareRoot() * parent * Self.inverseError(u * Self.coverage)
    let bound = 2 * parent
    return Float(max(-bound, min(bound, x)))
  }

  /// erf⁻¹ for |x| ≤ 0.9545, relative error below 4e-7.
  ///
  /// Source: M. Giles, "Approximating the erfinv function" (2012), central branch, single precision.
  static func inverseError(_ x: Double) -> Double {
    let w = -logarithm(1 - x * x) - 2.5
    var p = 2.81022636e-08
    p = 3.43273939e-07 + p * w
    p = -3.5233877e-06 + p * w
    p = -4.39150654e-06 + p * w
    p = 0.00021858087 + p * w
    p = -0.00125372503 + p * w
    p = -0.00417768164 + p * w
    p = 0.246640727 + p * w
    p = 1.50140941 + p * w
    return p * x
  }

  /// ln v for v in (0, 1], by 2·artanh of the scaled mantissa; error below 1e-13.
  static func logarithm(_ v: Double) -> Double {
    var exponent = Int(v.bitPattern >> 52) - 1022
    var mantissa = Double(bitPattern: v.bitPattern & 0x000F_FFFF_FFFF_FFFF | 0x3FE0_0000_0000_0000)
    if mantissa < 0.7071067811865476 {
      mantissa *= 2
      exponent -= 1
    }
    let s = (mantissa - 1) / (mantissa + 1)
    let q = s * s
    var sum = 1.0 / 17
    sum = sum * q + 1.0 / 15
    sum = sum * q + 1.0 / 13
    sum = sum * q + 1.0 / 11
    sum = sum * q + 1.0 / 9
    sum = sum * q + 1.0 / 7
    sum = sum * q + 1.0 / 5
    sum = sum * q + 1.0 / 3
    sum = sum * q + 1
    return 2 * s * sum + Double(exponent) * 0.6931471805599453
  }
}
