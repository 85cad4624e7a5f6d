extension StoredTensor {
  /// 32-bit floats in another element type. Traps for integers unless the shape is `[out, in]`.
  ///
  /// * BF16: rounded to nearest, ties to even.
  /// * I8: scale = largest magnitude of the row / 127; element = weight / scale, rounded to nearest, ties to even, in
  ///   -127...127. A row of zeros, or of so little that its scale is 0, becomes zeros of scale 0.
  ///
  /// - Throws: `ModelError` where the result would not be finite; `name` is that of the tensor.
  package init(narrowing tensor: Tensor, to element: Element, name: String, file: String) throws {
    switch element {
    case .float32: self.init(tensor)
    case .brainFloat16:
      let memory = TensorMemory(count: 2 * tensor.values.count) { buffer in
        for (index, value) in tensor.values.enumerated() {
          buffer.storeBytes(
            of: Self.brainFloat(value).littleEndian, toByteOffset: 2 * index, as: UInt16.self)
        }
      }
      self.init(shape: tensor.shape, element: element, memory: memory)
    case .int8:
      precondition(tensor.shape.count == 2, "\(name) is no matrix")
      let (rows, width) = (tensor.shape[0], tensor.shape[1])
      var scales = [Float](repeating: 0, count: rows)
      let memory = TensorMemory(count: rows * width) { buffer in
        for row in 0..<rows {
          scales[row] = Self.quantise(
            tensor.values[(row * width)..<((row + 1) * width)],
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[(row * width)..<((row + 1) * width)]))
        }
      }
      self.init(shape: tensor.shape, element: element, scales: scales, memory: memory)
    }
    if let problem { throw ModelError(file: file, subject: "tensor \(name)", reason: problem) }
  }

  /// The upper 16 bits of a float, rounded to nearest, ties to even; a NaN stays one.
  package static func brainFloat(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  /// Writes one row as integers and returns its scale; a row that is not finite gets a scale that is not.
  private static func quantise(_ row: ArraySlice<Float>, into target: UnsafeMutableRawBufferPointer) -> Float {
    let largest = row.allSatisfy(\.isFinite) ? row.reduce(0) { max($0, abs($1)) } : .nan
    let scale = largest / 127
    guard scale > 0 && scale.isFinite else {
      target.initializeMemory(as: UInt8.self, repeating: 0)
      return largest.isNaN ? largest : 0
    }
    for (index, value) in row.enumerated() {
      let level = max(-127, min(127, (value / scale).rounded(.toNearestOrEven)))
      target[index] = UInt8(bitPattern: Int8(level))
    }
    return scale
  }
}
