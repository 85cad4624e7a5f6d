import Kernels

/// Attention of all heads of a module, sequence by sequence.
struct AttentionHeads {
  private let heads: KernelsHeads
  private let shape: ModuleShape
  /// Owns the tables that `heads` points into.
  private let tables: AlignedMemory?

  init(_ shape: ModuleShape, architecture: HRMArchitecture) {
    self.shape = shape
    var rotary: RotaryTable?
    if architecture.pos == .rope {
      let (positions, width) = (shape.positions, shape.headWidth)
      let memory = AlignedMemory(bytes: RotaryTable.bytes(positions: positions, headWidth: width), isZeroed: false)
      rotary = RotaryTable(positions: positions, headWidth: width, base: architecture.ropeBase, in: memory)
      tables = memory
    } else {
      tables = nil
    }
    heads = KernelsHeads(
      positions: Int32(shape.positions), head_width: Int32(shape.headWidth), width: Int32(shape.width),
      stride: shape.qkvStride, out_stride: shape.stride, cosines: rotary?.cosines, sines: rotary?.sines)
  }

  static func scratchCount(positions: Int, headWidth: Int) -> Int {
    kernels_train_attention_scratch(Int32(positions), Int32(headWidth))
  }

  /// attended ← softmax(q kᵀ / √width) v of each sequence's first `queries` positions; q and k are rotated in place.
  /// `attended` has `queries` rows per sequence.
  func forward(
    _ qkv: UnsafeMutablePointer<Float>, sequences: Int, queries: Int, probabilities: UnsafeMutablePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, into attended: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: heads) { heads in
      for sequence in 0..<sequences {
        for head in 0..<shape.heads {
          kernels_train_attend(
            heads, qkv + sequence * shape.positions * shape.qkvStride + head * shape.headWidth, Int32(queries),
            probabilities.map { $0 + scoresOffset(sequence, head) }, scratch,
            attended + sequence * queries * shape.stride + head * shape.headWidth)
        }
      }
    }
  }

  /// qkv ← the gradient of q, k and v, from that of `attended`, which has `queries` rows per sequence.
  func backward(
    _ qkv: UnsafeMutablePointer<Float>, sequences: Int, queries: Int, probabilities: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>
  ) {
    withUnsafePointer(to: heads) { heads in
      for sequence in 0..<sequences {
        for head in 0..<shape.heads {
          kernels_train_attend_backward(
            heads, qkv + sequence * shape.positions * shape.qkvStride + head * shape.headWidth, Int32(queries),
            probabilities + scoresOffset(sequence, head),
            gradient + sequence * queries * shape.stride + head * shape.headWidth, scratch)
        }
      }
    }
  }

  private func scoresOffset(_ sequence: Int, _ head: Int) -> Int {
    (sequence * shape.heads + head) * shape.positions * shape.scoreStride
  }
}
