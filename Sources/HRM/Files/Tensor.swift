/// A dense array of 32-bit floats, row-major.
public struct Tensor: Equatable, Sendable {
  /// Lengths of the axes, outermost first; empty for a single number.
  public var shape: [Int]
  /// The elements; their number is the product of `shape`.
  public var values: [Float]

  /// A tensor as given.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count, "\(shape) is not \(values.count)")
    self.shape = shape
    self.values = values
  }

  /// A tensor filled with one number.
  public init(shape: [Int], repeating value: Float = 0) {
    self.init(shape: shape, values: [Float](repeating: value, count: shape.reduce(1, *)))
  }

  /// Index of the first element that is not a finite number; nil if all are.
  public var firstNonFinite: Int? {
    values.withUnsafeBufferPointer { buffer in
      // Counting without an early exit lets the compiler vectorise the usual case.
      var count: UInt32 = 0
      for value in buffer where value.bitPattern & 0x7F80_0000 == 0x7F80_0000 { count &+= 1 }
      return count == 0 ? nil : buffer.firstIndex { !$0.isFinite }
    }
  }
}
