/// Widths of one module and of its rows in memory.
struct ModuleShape {
  /// Of the module that has the blocks.
  let name: String
  let width: Int
  let inner: Int
  let heads: Int
  let layers: Int
  let positions: Int
  var headWidth: Int { width / heads }
  /// Numbers from one row to the next: of a state, of q, k and v, of gate or up, of attention's probabilities.
  var stride: Int { Panels.padded(width) }
  var qkvStride: Int { Panels.padded(3 * width) }
  var innerStride: Int { Panels.padded(inner) }
  var scoreStride: Int { Panels.padded(positions) }
  /// Probabilities of one sequence.
  var scoresPerSequence: Int { heads * positions * scoreStride }

  static func slow(_ architecture: HRMArchitecture) -> ModuleShape {
    ModuleShape(
      name: architecture.slowBlocks, width: architecture.dH, inner: architecture.innerH, heads: architecture.headsH,
      layers: architecture.layersH, positions: architecture.positions)
  }

  static func fast(_ architecture: HRMArchitecture) -> ModuleShape {
    ModuleShape(
      name: "L", width: architecture.dL, inner: architecture.innerL, heads: architecture.headsL,
      layers: architecture.layersL, positions: architecture.positions)
  }
}
