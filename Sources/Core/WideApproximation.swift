// The generic `approximate` converts 128-bit integers through the standard library's unspecialised path, hundreds of
// nanoseconds a call; these give the same nearest value in a few.

extension Money {
  /// The nearest floating-point value, for display, statistics and network features only.
  @inlinable public var approximate: Double { raw.nearestDouble / 1e18 }
}

extension Measure {
  /// The nearest floating-point value, for display, statistics and network features only.
  @inlinable public var approximate: Double { raw.nearestDouble / 1e18 }
}

extension Int128 {
  /// The nearest floating-point value, ties to even.
  @inlinable var nearestDouble: Double {
    let size = magnitude
    let high = UInt64(truncatingIfNeeded: size >> 64)
    let low = UInt64(truncatingIfNeeded: size)
    var value = Double(low)
    if high != 0 {
      // The 64 leading bits, the last of them set if anything follows: enough to round once and correctly.
      let shift = UInt64(64 - high.leadingZeroBitCount)
      let top = UInt64(truncatingIfNeeded: size >> Int128(shift).magnitude)
      let rest = shift == 64 ? low : low << (64 - shift)
      value = Double(rest == 0 ? top : top | 1) * Double(bitPattern: (1023 + shift) << 52)
    }
    return self < 0 ? -value : value
  }
}
