/// One tensor as stored in a file: shape, element type and raw little-endian elements. A view: copying it copies no
/// elements, and keeping it keeps the whole memory it lies in (a file's, usually), so let go of it after packing.
package struct StoredTensor: Sendable {
  /// Type of the elements; the raw value is the file format's name of it.
  package enum Element: String, Sendable, CaseIterable {
    case float32 = "F32"
    case brainFloat16 = "BF16"
    case int8 = "I8"

    /// Bytes of an element.
    package var byteCount: Int {
      switch self {
      case .float32: 4
      case .brainFloat16: 2
      case .int8: 1
      }
    }
  }

  /// Lengths of the axes, outermost first: `[out, in]` for a matrix.
  package let shape: [Int]
  /// Type of the elements.
  package let element: Element
  /// int8 only: one per row, so that weight = integer · scale. Finite, not negative; 0 for a row of zeros.
  package let scales: [Float]?
  private let memory: TensorMemory
  private let offset: Int

  /// A view of `memory` from byte `offset` on. Traps if the elements do not fit into it.
  package init(shape: [Int], element: Element, scales: [Float]? = nil, memory: TensorMemory, offset: Int = 0) {
    self.shape = shape
    self.element = element
    self.scales = scales
    self.memory = memory
    self.offset = offset
    precondition(offset >= 0 && offset + byteCount <= memory.count, "\(shape) does not fit its memory")
  }

  /// 32-bit floats as they are.
  package init(_ tensor: Tensor) {
    let memory = TensorMemory(count: 4 * tensor.values.count) { buffer in
      tensor.values.withUnsafeBytes { buffer.copyMemory(from: $0) }
    }
    self.init(shape: tensor.shape, element: .float32, memory: memory)
  }

  /// Number of elements.
  package var count: Int { shape.reduce(1, *) }
  /// Bytes of the elements.
  package var byteCount: Int { count * element.byteCount }

  /// The elements, row-major. Not necessarily aligned to their size.
  package func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(rebasing: memory.bytes[offset..<(offset + byteCount)]))
  }

  /// The same elements with scales.
  package func with(scales: [Float]) -> StoredTensor {
    StoredTensor(shape: shape, element: element, scales: scales, memory: memory, offset: offset)
  }

  /// The elements as 32-bit floats; integers times the scale of their row.
  package func floats() -> [Float] {
    let count = count
    return withBytes { raw in
      [Float](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = count
        guard count > 0 else { return }
        switch element {
        case .float32: UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
        case .brainFloat16:
          for index in 0..<count {
            let bits = UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            buffer.initializeElement(at: index, to: Float(bitPattern: UInt32(bits) << 16))
          }
        case .int8:
          let rows = max(shape.first ?? 1, 1)
          let width = count / rows
          for row in 0..<rows {
            let scale = scales?[row] ?? 1
            for index in (row * width)..<((row + 1) * width) {
              buffer.initializeElement(at: index, to: Float(Int8(bitPattern: raw[index])) * scale)
            }
          }
        }
      }
    }
  }
}
