import Foundation
import HRM

/// The forward pass written down once more, plainly and in double precision, to compare with.
struct NaiveNetwork {
  typealias Rows = [[Double]]
  let a: HRMArchitecture
  let w: [String: Tensor]
  /// How rows are rounded before they meet a large matrix; the weights are expected rounded already.
  var precision = HRMPrecision.float32
  /// What numbers that a block adds are multiplied by; nil: by 1.
  var mask: ((DropoutPlace, _ position: Int, _ component: Int) -> Float)?

  /// A network whose large matrices are rounded as `precision` stores them.
  init(a: HRMArchitecture, w: [String: Tensor], precision: HRMPrecision = .float32) throws {
    self.a = a
    self.precision = precision
    var rounded = w
    for spec in a.tensorSpecs {
      let stored = try StoredTensor(
        narrowing: w[spec.name]!, to: spec.element(in: precision), name: spec.name, file: "test")
      rounded[spec.name] = Tensor(shape: spec.shape, values: stored.floats())
    }
    self.w = rounded
  }

  func row(_ name: String, _ index: Int) -> [Double] {
    let width = w[name]!.shape[1]
    return w[name]!.values[(index * width)..<((index + 1) * width)].map(Double.init)
  }

  func apply(_ name: String, _ x: [Double]) -> [Double] {
    let x = rounded(x, for: name)
    return (0..<w[name]!.shape[0]).map { output in zip(row(name, output), x).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// A row as the integers that it is multiplied as, times their scale.
  private func rounded(_ x: [Double], for name: String) -> [Double] {
    guard case .int8(let bits) = precision, a.tensorSpecs.contains(where: { $0.name == name && $0.isNarrowed }) else {
      return x
    }
    // Fourteen bits, where a 32-bit sum has room for that many.
    let levels = bits == .seven ? 63 : Double(min(8191, Int(Int32.max) / 127 / x.count))
    let largest = x.reduce(0) { max($0, abs($1)) }
    return largest == 0 ? x : x.map { ($0 / largest * levels).rounded(.toNearestOrEven) * largest / levels }
  }

  func embed(_ input: HRMInput) -> Rows {
    let context = row("instr_emb", input.instrumentRow) + row("tf_emb", input.timeframeRow)
    var rows = [apply("w_ctx", context + input.context.map(Double.init))]
    let size = a.nFeatures * a.patch
    for index in 0..<a.seqLen {
      rows.append(apply("w_patch", input.bars[(index * size)..<((index + 1) * size)].map(Double.init)))
    }
    return withPositions(rows)
  }

  func embed(_ input: HRMTokens) -> Rows {
    let scale = Double(a.dL).squareRoot()
    var rows: Rows = []
    if a.puzzleDim > 0 {
      let puzzle = row("puzzle_emb", input.puzzleRow) + [Double](repeating: 0, count: a.prefix * a.dL - a.puzzleDim)
      rows = (0..<a.prefix).map { Array(puzzle[($0 * a.dL)..<(($0 + 1) * a.dL)]) }
    }
    rows += input.tokens.map { row("tok_emb", $0) }
    return withPositions(rows.map { $0.map { $0 * scale } })
  }

  func withPositions(_ rows: Rows) -> Rows {
    guard a.pos == .learned else { return rows }
    let scale = Double(a.dL).squareRoot()
    return rows.enumerated().map { index, x in
      zip(x, row("pos_emb", index)).map { 0.5.squareRoot() * ($0 + scale * $1) }
    }
  }

  func normalise(_ x: [Double]) -> [Double] {
    let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    return x.map { $0 / (mean + Double(a.rmsEps)).squareRoot() }
  }

  func rotate(_ x: [Double], _ position: Int) -> [Double] {
    let half = x.count / 2
    return x.indices.map { index in
      let angle = Double(position) * pow(a.ropeBase, -2 * Double(index % half) / Double(x.count))
      let partner = index < half ? -x[index + half] : x[index - half]
      return x[index] * cos(angle) + partner * sin(angle)
    }
  }

  func attend(_ qkv: Rows, width: Int, heads: Int) -> Rows {
    let size = width / heads
    var result = Rows(repeating: [Double](repeating: 0, count: width), count: qkv.count)
    for head in 0..<heads {
      func part(_ kind: Int, _ position: Int) -> [Double] {
        let x = Array(qkv[position][(kind * width + head * size)..<(kind * width + (head + 1) * size)])
        return kind < 2 && a.pos == .rope ? rotate(x, position) : x
      }
      for position in qkv.indices {
        let q = part(0, position)
        let scores = qkv.indices.map { zip(q, part(1, $0)).reduce(0) { $0 + $1.0 * $1.1 } / Double(size).squareRoot() }
        let powers = scores.map { exp($0 - scores.max()!) }
        let total = powers.reduce(0, +)
        for other in qkv.indices {
          for (index, value) in part(2, other).enumerated() {
            result[position][head * size + index] += powers[other] / total * value
          }
        }
      }
    }
    return result
  }

  /// A call of a module; calls count from 0 within a segment.
  func module(isSlow: Bool, _ state: Rows, _ injection: Rows, call: Int) -> Rows {
    var x = zip(state, injection).map { zip($0, $1).map { $0 + $1 } }
    for layer in 0..<(isSlow ? a.layersH : a.layersL) {
      let prefix = "\(isSlow && a.sharing == nil ? "H" : "L").blocks.\(layer)."
      func masked(_ row: [Double], _ branch: DropoutPlace.Branch, _ position: Int) -> [Double] {
        guard let mask else { return row }
        let place = DropoutPlace(call: call, layer: layer, branch: branch)
        return row.enumerated().map { Double(mask(place, position, $0)) * $1 }
      }
      let qkv = x.map { apply(prefix + "w_qkv", $0) }
      let attended = attend(qkv, width: isSlow ? a.dH : a.dL, heads: isSlow ? a.headsH : a.headsL)
      x = x.indices.map { position in
        normalise(
          zip(x[position], masked(apply(prefix + "w_o", attended[position]), .attention, position)).map { $0 + $1 })
      }
      x = x.indices.map { position in
        let row = x[position]
        let both = apply(prefix + "w_gu", row)
        let inner = both.count / 2
        let gated = (0..<inner).map { both[$0] / (1 + exp(-both[$0])) * both[inner + $0] }
        return normalise(zip(row, masked(apply(prefix + "w_down", gated), .mlp, position)).map { $0 + $1 })
      }
    }
    return x
  }

  /// Slow and fast state after some segments.
  func run(_ embedding: Rows, segments: Int) -> (slow: Rows, fast: Rows) {
    let slowStart = w["z_h0"]!.values.map(Double.init)
    let fastStart = w["z_l0"]!.values.map(Double.init)
    var slow = Rows(repeating: slowStart, count: a.positions)
    var fast = Rows(repeating: fastStart, count: a.positions)
    for _ in 0..<segments { (slow, fast) = segment(embedding, slow: slow, fast: fast) }
    return (slow, fast)
  }

  /// Calls of a segment: of N cycles the T of L and the one of H.
  var callCount: Int { a.nCycles * (a.tSteps + 1) }

  /// Slow and fast state one segment later.
  func segment(_ embedding: Rows, slow: Rows, fast: Rows) -> (slow: Rows, fast: Rows) {
    calls(0..<callCount, embedding, slow: slow, fast: fast)
  }

  /// Slow and fast state after some calls of a segment.
  func calls(_ range: Range<Int>, _ embedding: Rows, slow: Rows, fast: Rows) -> (slow: Rows, fast: Rows) {
    var (slow, fast) = (slow, fast)
    let fastStart = w["z_l0"]!.values.map(Double.init)
    for call in range {
      let (cycle, step) = (call / (a.tSteps + 1), call % (a.tSteps + 1))
      if step == a.tSteps {
        slow = module(isSlow: true, slow, a.hasBridges ? fast.map { apply("bridge_lh", $0) } : fast, call: call)
        continue
      }
      if a.lReset && cycle > 0 && step == 0 { fast = Rows(repeating: fastStart, count: a.positions) }
      let down = a.hasBridges ? slow.map { apply("bridge_hl", $0) } : slow
      fast = module(isSlow: false, fast, zip(down, embedding).map { zip($0, $1).map { $0 + $1 } }, call: call)
    }
    return (slow, fast)
  }
}
