import Kernels

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
        kernels_to_bfloat16(
          tensor.values, tensor.values.count, buffer.bindMemory(to: UInt16.self).baseAddress!)
      }
      self.init(shape: tensor.shape, element: element, memory: memory)
    case .int8:
      precondition(tensor.shape.count == 2, "\(name) is no matrix")
      let (rows, width) = (tensor.shape[0], tensor.shape[1])
      var scales = [Float](repeating: 0, count: rows)
      let memory = TensorMemory(count: rows * width) { buffer in
        kernels_to_int8(
          tensor.values, Int32(rows), Int32(width), buffer.bindMemory(to: Int8.self).baseAddress!, &scales)
      }
      self.init(shape: tensor.shape, element: element, scales: scales, memory: memory)
    }
    if let problem { throw ModelError(file: file, subject: "tensor \(name)", reason: problem) }
  }
}
