/// Name, shape and first values of one tensor of a network.
public struct TensorSpec: Equatable, Sendable {
  /// How a tensor starts.
  public enum Start: Equatable, Sendable {
    case constant(Float)
    /// Normal, cut at two parent sigmas, with this realised standard deviation (the design's TN).
    case truncatedNormal(deviation: Double)
  }
  /// Who changes a tensor in training.
  public enum Role: Equatable, Sendable {
    case parameter
    /// Rows moved by SignSGD when touched; not counted as parameters, as in the published code.
    case puzzleRows
    /// Never changed, but saved with the model.
    case constant
  }
  /// Name in files.
  public let name: String
  /// Lengths of the axes, `[out, in]` for a matrix.
  public let shape: [Int]
  /// First values.
  public let start: Start
  /// Who changes it.
  public let role: Role
  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }
}

extension HRMArchitecture {
  /// Every tensor of the network, sorted by name (UTF-8 bytes). An index in this list is the tensor's random lane.
  public var tensorSpecs: [TensorSpec] {
    var specs: [TensorSpec] = []
    func matrix(_ name: String, _ rows: Int, _ columns: Int) {
      let deviation = 1 / Double(columns).squareRoot()
      specs.append(
        .init(
          name: name, shape: [rows, columns], start: .truncatedNormal(deviation: deviation), role: .parameter))
    }
    func constant(_ name: String, _ shape: [Int], _ value: Float, role: TensorSpec.Role = .parameter) {
      specs.append(.init(name: name, shape: shape, start: .constant(value), role: role))
    }
    switch front {
    case .tokens:
      matrix("tok_emb", vocab, dL)
      if puzzleDim > 0 { constant("puzzle_emb", [nPuzzles, puzzleDim], 0, role: .puzzleRows) }
    case .bars:
      matrix("w_patch", dL, nFeatures * patch)
      matrix("w_ctx", dL, contextWidth)
      constant("instr_emb", [nInstruments, dInstrument], 0)
      constant("tf_emb", [nTimeframes, dTimeframe], 0)
    }
    if pos == .learned { matrix("pos_emb", positions, dL) }
    let modules = [("H", layersH, dH, innerH), ("L", layersL, dL, innerL)]
    for (module, layers, width, inner) in modules where module == "L" || slowBlocks == module {
      for layer in 0..<layers {
        matrix("\(module).blocks.\(layer).w_qkv", 3 * width, width)
        matrix("\(module).blocks.\(layer).w_o", width, width)
        matrix("\(module).blocks.\(layer).w_gu", 2 * inner, width)
        matrix("\(module).blocks.\(layer).w_down", width, inner)
      }
    }
    if hasBridges {
      matrix("bridge_hl", dL, dH)
      matrix("bridge_lh", dH, dL)
    }
    switch head {
    case .lm: matrix("lm_head", vocab, dH)
    case .trade:
      matrix("w_policy", nActions, dH)
      matrix("w_qty", 1, dH)
      matrix("w_value", 1, dH)
      constant("b_policy", [nActions], 0)
      constant("b_qty", [1], 0)
      constant("b_value", [1], 0)
    }
    // Halting starts improbable: a bias that starts at "stop now" traps training.
    constant("w_q", [2, dH], 0)
    constant("b_q", [2], -5)
    specs.append(.init(name: "z_h0", shape: [dH], start: .truncatedNormal(deviation: 1), role: .constant))
    specs.append(.init(name: "z_l0", shape: [dL], start: .truncatedNormal(deviation: 1), role: .constant))
    return specs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// Numbers that training changes, puzzle rows aside.
  public var parameterCount: Int { tensorSpecs.reduce(0) { $0 + ($1.role == .parameter ? $1.count : 0) } }
}
