import Kernels

/// Gradients of weights that several recorded calls share: the first call on the way back has its place among all
/// gradients, each later one a block of its own. Added up only when every block is summed over all lanes, those of other
/// processes too, so that no sum depends on where the lanes are.
final class LaterGradients {
  private let blocks: [AlignedBlock]
  private let range: Range<Int>
  private let layout: ParameterLayout
  /// Calls after the first.
  var count: Int { blocks.count }

  init(_ layout: ParameterLayout, count: Int) {
    let range = Self.range(layout)
    self.range = range
    self.layout = layout
    blocks = (0..<count).map { _ in AlignedBlock(count: range.count) }
  }

  /// Where L's blocks lie among all gradients: side by side, for tensors are in the order of their names.
  static func range(_ layout: ParameterLayout) -> Range<Int> {
    let own = layout.entries.indices.filter { layout.entries[$0].spec.name.hasPrefix("L.") }
    guard let first = own.first, let last = own.last else { return 0..<0 }
    return layout.entries[first].offset..<layout.entries[last + 1].offset
  }

  /// Where the gradient of a tensor belongs that the call of a number, from 0, contributes.
  func target(_ name: String, call: Int, parameters: HRMParameters) -> UnsafeMutablePointer<Float> {
    guard call > 0 else { return parameters.gradient(name) }
    return blocks[call - 1].floats + (layout.entry(name).offset - range.lowerBound)
  }

  /// Adds all to the gradients, the earliest on the way back first.
  func add(to parameters: HRMParameters, share: (UnsafeMutableBufferPointer<Float>) -> Void) {
    for block in blocks {
      share(UnsafeMutableBufferPointer(start: block.floats, count: range.count))
      parameters.withGradients { all in
        let target = all.baseAddress! + range.lowerBound
        kernels_train_add(target, block.floats, target, range.count)
      }
    }
  }
}
