/// Where in a segment a mask belongs.
package struct DropoutPlace: Sendable, Equatable {
  /// What adds to the residual stream.
  package enum Branch: Int, Sendable { case attention, mlp }
  /// The call of a module: of N cycles the T calls of L and the call of H, in the order of time.
  package var call: Int
  /// Block of the module.
  package var layer: Int
  package var branch: Branch

  /// A place as given.
  package init(call: Int, layer: Int, branch: Branch) {
    self.call = call
    self.layer = layer
    self.branch = branch
  }
}

/// The masks of a network's calls in one step.
package struct DropoutMasks: Sendable {
  private let dropout: Dropout
  private let positions: Int
  /// Draws of a row, and blocks of a call.
  private let draws: Int, layers: Int

  package init(_ dropout: Dropout, _ architecture: HRMArchitecture) {
    self.dropout = dropout
    positions = architecture.positions
    draws = (max(architecture.dH, architecture.dL) + 1) / 2
    layers = max(architecture.layersH, architecture.layersL)
  }

  private func firstDraw(_ place: DropoutPlace, position: Int) -> Int {
    let mask = (place.call * layers + place.layer) * 2 + place.branch.rawValue
    return 1 + (mask * positions + position) * draws
  }

  /// What one number is multiplied by.
  package func factor(_ place: DropoutPlace, lane: Int, position: Int, component: Int) -> Float {
    let draw = firstDraw(place, position: position) + component / 2
    let pair = dropout.factors(dropout.stream(lane: lane), draw: draw)
    return component % 2 == 0 ? pair.0 : pair.1
  }

  /// target ← base + mask ∘ source for rows of some lanes, their first `positions` each; without `base` the product alone.
  /// Padding becomes that of `base`, or 0.
  func apply(
    _ place: DropoutPlace, lanes: Range<Int>, positions count: Int, width: Int, stride: Int,
    _ source: UnsafePointer<Float>, base: UnsafePointer<Float>? = nil, into target: UnsafeMutablePointer<Float>
  ) {
    var offset = 0
    for lane in lanes {
      let stream = dropout.stream(lane: lane)
      for position in 0..<count {
        let first = firstDraw(place, position: position)
        for pair in 0..<(stride / 2) {
          let index = offset + 2 * pair
          // Beyond the width there are zeros, whatever they are multiplied by.
          let factors = 2 * pair < width ? dropout.factors(stream, draw: first + pair) : (0, 0)
          target[index] = (base?[index] ?? 0) + factors.0 * source[index]
          target[index + 1] = (base?[index + 1] ?? 0) + factors.1 * source[index + 1]
        }
        offset += stride
      }
    }
  }
}

/// The masks of one call of a module.
struct DropoutCall {
  let masks: DropoutMasks
  let call: Int
  let shape: ModuleShape

  /// As `DropoutMasks.apply`.
  func apply(
    layer: Int, _ branch: DropoutPlace.Branch, lanes: Range<Int>, positions: Int? = nil,
    _ source: UnsafePointer<Float>, base: UnsafePointer<Float>? = nil, into target: UnsafeMutablePointer<Float>
  ) {
    masks.apply(
      DropoutPlace(call: call, layer: layer, branch: branch), lanes: lanes, positions: positions ?? shape.positions,
      width: shape.width, stride: shape.stride, source, base: base, into: target)
  }
}
