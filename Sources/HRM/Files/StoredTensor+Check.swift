extension StoredTensor {
  /// Why the elements or scales cannot be used, for example `element 3 is nan`; nil if they can.
  ///
  /// Floats must be finite, integers lie in -127...127, scales be finite (times 127 too) and not negative, and a scale of
  /// 0 may stand only before a row of zeros.
  package var problem: String? {
    switch element {
    case .float32: withBytes(Self.nonFinite32)
    case .brainFloat16: withBytes(Self.nonFinite16)
    case .int8: scaleProblem ?? withBytes(integerProblem)
    }
  }

  private static func nonFinite32(_ raw: UnsafeRawBufferPointer) -> String? {
    let count = raw.count / 4
    // Counting without an early exit lets the compiler vectorise the usual case.
    var found: UInt32 = 0
    for index in 0..<count {
      let bits = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
      found |= bits & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0
    }
    guard found != 0 else { return nil }
    for index in 0..<count {
      let bits = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
      let value = Float(bitPattern: bits)
      if !value.isFinite { return "element \(index) is \(value)" }
    }
    return nil
  }

  private static func nonFinite16(_ raw: UnsafeRawBufferPointer) -> String? {
    let count = raw.count / 2
    var found: UInt16 = 0
    for index in 0..<count {
      let bits = UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
      found |= bits & 0x7F80 == 0x7F80 ? 1 : 0
    }
    guard found != 0 else { return nil }
    for index in 0..<count {
      let bits = UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
      let value = Float(bitPattern: UInt32(bits) << 16)
      if !value.isFinite { return "element \(index) is \(value)" }
    }
    return nil
  }

  private var scaleProblem: String? {
    guard let scales else { return "has no scales" }
    guard scales.count == shape.first ?? 1 else {
      return "has \(scales.count) scales, expected one for each of \(shape.first ?? 1) rows"
    }
    // Written so that a value that is not a number fails.
    guard let row = scales.firstIndex(where: { !($0 >= 0 && ($0 * 127).isFinite) }) else { return nil }
    return "scale \(row) is \(scales[row]), expected a finite number that is not negative"
  }

  private func integerProblem(_ raw: UnsafeRawBufferPointer) -> String? {
    var found: UInt8 = 0
    for byte in raw { found |= byte == 0x80 ? 1 : 0 }
    if found != 0, let index = raw.firstIndex(of: 0x80) { return "element \(index) is -128, allowed -127...127" }
    let width = count / max(shape.first ?? 1, 1)
    for (row, scale) in (scales ?? []).enumerated() where scale == 0 {
      guard raw[(row * width)..<((row + 1) * width)].allSatisfy({ $0 == 0 }) else {
        return "row \(row) has scale 0 but elements other than 0"
      }
    }
    return nil
  }
}
