import Kernels

extension StoredTensor {
  /// A tensor rounded to another element type as the kernels round weights: the nearest bfloat16, or 8 bits with a scale
  /// per row.
  package init(_ tensor: Tensor, as element: Element) {
    let count = tensor.values.count
    switch element {
    case .float32: self.init(tensor)
    case .brainFloat16:
      let memory = TensorMemory(count: 2 * count) { buffer in
        kernels_to_bfloat16(tensor.values, count, buffer.bindMemory(to: UInt16.self).baseAddress!)
      }
      self.init(shape: tensor.shape, element: element, memory: memory)
    case .int8:
      let rows = tensor.shape[0]
      var scales = [Float](repeating: 0, count: rows)
      let memory = TensorMemory(count: count) { buffer in
        kernels_to_int8(
          tensor.values, Int32(rows), Int32(count / rows), buffer.bindMemory(to: Int8.self).baseAddress!, &scales)
      }
      self.init(shape: tensor.shape, element: element, scales: scales, memory: memory)
    }
  }
}
