import Kernels

/// The weights of a network, checked and laid out for inference. Immutable; any number of `HRMInference` may share it.
///
/// Reference: "Hierarchical Reasoning Model" (arXiv 2506.21734) and its published code; where they differ, the code.
public final class HRMNetwork: @unchecked Sendable {
  /// Name of the instruction set this process computes with, for example `avx2`. Answers of one model are equal bit by
  /// bit only where it is equal.
  public static var kernelName: String { String(cString: kernels_level_name(kernels_level())) }
  /// The shape of the network.
  public let architecture: HRMArchitecture
  /// The format of its large matrices.
  public let precision: HRMPrecision
  let slow: HRMModule
  let fast: HRMModule
  let bridgeHL: PackedMatrix?
  let bridgeLH: PackedMatrix?
  let patch: PackedMatrix?
  let context: PackedMatrix?
  let languageHead: PackedMatrix?
  /// Tensors that are used as they are, by name: tables, head rows, biases, start states.
  let plain: [String: Tensor]
  private let memory: AlignedMemory

  /// A network over tensors as a model file stores them, which must be those of the architecture in that precision;
  /// `file` names their origin in errors. The tensors are not kept; their elements must be finite.
  package init(
    architecture: HRMArchitecture, stored: [String: StoredTensor], precision: HRMPrecision, file: String = "network"
  ) throws {
    try architecture.check(stored, precision: precision, file: file)
    self.architecture = architecture
    self.precision = precision
    let packer = WeightPacker(architecture, precision: precision)
    let widths = [architecture.dH / architecture.headsH, architecture.dL / architecture.headsL]
    let tables = widths.reduce(0) { $0 + RotaryTable.bytes(positions: architecture.positions, headWidth: $1) }
    memory = AlignedMemory(bytes: packer.bytes + tables, isZeroed: false)
    let matrices = packer.pack(stored, into: memory)
    slow = Self.module("H", architecture, precision, matrices, memory)
    fast = Self.module("L", architecture, precision, matrices, memory)
    bridgeHL = matrices["bridge_hl"]
    bridgeLH = matrices["bridge_lh"]
    patch = matrices["w_patch"]
    context = matrices["w_ctx"]
    languageHead = matrices["lm_head"]
    plain = stored.filter { matrices[$0.key] == nil }.mapValues { Tensor(shape: $0.shape, values: $0.floats()) }
  }

  /// Takes exactly the tensors of `architecture.tensorSpecs`, by name, and rounds the large matrices to `precision`;
  /// `file` names their origin in errors.
  public convenience init(
    architecture: HRMArchitecture, tensors: [String: Tensor], precision: HRMPrecision = .float32,
    file: String = "network"
  ) throws {
    try architecture.validate(file: file)
    var stored: [String: StoredTensor] = [:]
    let specs = architecture.tensorSpecs
    for spec in specs {
      guard let tensor = tensors[spec.name] else {
        throw ModelError(file: file, subject: "tensor \(spec.name)", reason: "is missing, expected \(spec.shape)")
      }
      guard tensor.shape == spec.shape else {
        throw ModelError(
          file: file, subject: "tensor \(spec.name)", reason: "has shape \(tensor.shape), expected \(spec.shape)")
      }
      if let index = tensor.firstNonFinite {
        throw ModelError(
          file: file, subject: "tensor \(spec.name)", reason: "element \(index) is \(tensor.values[index])")
      }
      stored[spec.name] = try StoredTensor(
        narrowing: tensor, to: spec.element(in: precision), name: spec.name, file: file)
    }
    if tensors.count != specs.count {
      let known = Set(specs.map(\.name))
      let extra = tensors.keys.filter { !known.contains($0) }.min() ?? ""
      throw ModelError(file: file, subject: "tensor \(extra)", reason: "does not belong to this architecture")
    }
    try self.init(architecture: architecture, stored: stored, precision: precision, file: file)
  }

  private static func module(
    _ name: String, _ architecture: HRMArchitecture, _ precision: HRMPrecision, _ matrices: [String: PackedMatrix],
    _ memory: AlignedMemory
  ) -> HRMModule {
    let isSlow = name == "H"
    let width = isSlow ? architecture.dH : architecture.dL
    let heads = isSlow ? architecture.headsH : architecture.headsL
    let blocks = (0..<(isSlow ? architecture.layersH : architecture.layersL)).map { layer in
      let owner = isSlow ? architecture.slowBlocks : name
      func matrix(_ kind: String) -> PackedMatrix { matrices["\(owner).blocks.\(layer).\(kind)"]! }
      return HRMModule.Block(
        qkv: matrix("w_qkv"), output: matrix("w_o"), gateUp: matrix("w_gu"), down: matrix("w_down"))
    }
    let rotary =
      architecture.pos == .rope
      ? RotaryTable(
        positions: architecture.positions, headWidth: width / heads, base: architecture.ropeBase, in: memory) : nil
    return HRMModule(
      width: width, inner: isSlow ? architecture.innerH : architecture.innerL, heads: heads, format: precision.format,
      blocks: blocks, rotary: rotary)
  }

  /// A plain tensor that the architecture is known to have.
  func values(_ name: String) -> [Float] { plain[name]!.values }
}
