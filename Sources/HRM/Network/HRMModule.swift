import Kernels

/// The weights of one recurrent module: a stack of blocks of one width.
struct HRMModule {
  struct Block {
    let qkv: PackedMatrix
    let output: PackedMatrix
    let gateUp: PackedMatrix
    let down: PackedMatrix
  }
  let width: Int
  let inner: Int
  let heads: Int
  let format: KernelsFormat
  let blocks: [Block]
  /// Nil with learned positions.
  let rotary: RotaryTable?

  var headWidth: Int { width / heads }
  /// Room of one head's q, k and v in a row of `qkv`: whole panels.
  var headStride: Int { (3 * headWidth).padded }
  /// Whether activations are quantised before they are multiplied.
  var isQuantised: Bool { format == KERNELS_INT8_ACTIVATION7 || format == KERNELS_INT8_ACTIVATION16 }
}
