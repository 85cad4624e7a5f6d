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
  let blocks: [Block]
  /// Nil with learned positions.
  let rotary: RotaryTable?
}
