/// The weights of a network, checked and laid out for inference. Immutable; any number of `HRMInference` may share it.
///
/// Reference: "Hierarchical Reasoning Model" (arXiv 2506.21734) and its published code; where they differ, the code.
public final class HRMNetwork: @unchecked Sendable {
  /// Name of the matrix kernels this process uses, for example `SkylakeX`. Bits are equal only where it is equal.
  public static var kernelName: String { BLAS.kernelName }
  /// The shape of the network.
  public let architecture: HRMArchitecture
  let slow: HRMModule
  let fast: HRMModule
  let bridgeHL: PackedMatrix?
  let bridgeLH: PackedMatrix?
  let patch: PackedMatrix?
  let context: PackedMatrix?
  let languageHead: PackedMatrix?
  /// Tensors that are used as they are, by name: tables, head rows, biases, start states.
  let plain: [String: Tensor]
  private let storage: UnsafeMutableRawPointer

  /// Takes exactly the tensors of `architecture.tensorSpecs`, by name; `file` names their origin in errors.
  public init(architecture: HRMArchitecture, tensors: [String: Tensor], file: String = "network") throws {
    try architecture.validate(file: file)
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
    }
    if tensors.count != specs.count {
      let known = Set(specs.map(\.name))
      let extra = tensors.keys.filter { !known.contains($0) }.min() ?? ""
      throw ModelError(file: file, subject: "tensor \(extra)", reason: "does not belong to this architecture")
    }
    _ = BLAS.kernelName
    self.architecture = architecture
    var builder = WeightStorage(specs: specs, tensors: tensors)
    storage = builder.base
    slow = Self.module("H", architecture, &builder)
    fast = Self.module("L", architecture, &builder)
    bridgeHL = architecture.hasBridges ? builder.pack("bridge_hl") : nil
    bridgeLH = architecture.hasBridges ? builder.pack("bridge_lh") : nil
    patch = architecture.front == .bars ? builder.pack("w_patch") : nil
    context = architecture.front == .bars ? builder.pack("w_ctx") : nil
    languageHead = architecture.head == .lm ? builder.pack("lm_head") : nil
    plain = builder.unpacked
  }

  deinit { storage.deallocate() }

  private static func module(
    _ name: String, _ architecture: HRMArchitecture, _ builder: inout WeightStorage
  ) -> HRMModule {
    let isSlow = name == "H"
    let width = isSlow ? architecture.dH : architecture.dL
    let heads = isSlow ? architecture.headsH : architecture.headsL
    var blocks: [HRMModule.Block] = []
    for layer in 0..<(isSlow ? architecture.layersH : architecture.layersL) {
      let prefix = "\(name).blocks.\(layer)."
      blocks.append(
        HRMModule.Block(
          qkv: builder.pack(prefix + "w_qkv"), output: builder.pack(prefix + "w_o"),
          gateUp: builder.pack(prefix + "w_gu"), down: builder.pack(prefix + "w_down")))
    }
    let rotary =
      architecture.pos == .rope
      ? RotaryTable(positions: architecture.positions, headWidth: width / heads, base: architecture.ropeBase) : nil
    return HRMModule(
      width: width, inner: isSlow ? architecture.innerH : architecture.innerL, heads: heads, blocks: blocks,
      rotary: rotary)
  }

  /// A plain tensor that the architecture is known to have.
  func values(_ name: String) -> [Float] { plain[name]!.values }
}

/// One aligned block of memory that matrices are packed into.
struct WeightStorage {
  static let alignment = 64
  let base: UnsafeMutableRawPointer
  private(set) var unpacked: [String: Tensor]
  private var offset = 0

  init(specs: [TensorSpec], tensors: [String: Tensor]) {
    unpacked = tensors
    let size = specs.reduce(0) { $0 + Self.padded(4 * $1.count) }
    base = .allocate(byteCount: size, alignment: Self.alignment)
  }

  private static func padded(_ bytes: Int) -> Int { (bytes + alignment - 1) & ~(alignment - 1) }

  /// Packs a matrix and drops its plain form.
  mutating func pack(_ name: String) -> PackedMatrix {
    let tensor = unpacked.removeValue(forKey: name)!
    let target = (base + offset).bindMemory(to: Float.self, capacity: tensor.values.count)
    offset += Self.padded(4 * tensor.values.count)
    return PackedMatrix(packing: tensor.values, outputs: tensor.shape[0], inputs: tensor.shape[1], into: target)
  }
}
