import Foundation
import HRM
import Kernels
import Testing

/// Seeded SplitMix64 for property tests.
struct TestRandom {
  let key: UInt64
  var count: UInt64 = 0
  init(seed: UInt64) { key = Self.mix(seed &+ 0x9E37_79B9_7F4A_7C15) }
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func next() -> UInt64 {
    count &+= 1
    return Self.mix(key &+ count &* 0x9E37_79B9_7F4A_7C15)
  }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  /// Uniform in -1..<1.
  mutating func symmetric() -> Float { Float(Int64(next() >> 40) - (1 << 23)) * 0x1p-23 }
}

/// A directory of its own that vanishes with the test.
final class ScratchDirectory {
  let path: String
  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("hrm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
  func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// Instruction sets of the kernels. One test at a time may use another than the best.
enum InstructionSet: UInt32, CaseIterable {
  case portable, avx2, avx512

  /// Those that this machine has.
  static var available: [InstructionSet] { allCases.filter { $0.rawValue <= kernels_best_level().rawValue } }

  func use(_ body: () throws -> Void) rethrows {
    let usual = kernels_level()
    kernels_use_level(KernelsLevel(rawValue))
    defer { kernels_use_level(usual) }
    try body()
  }
}

enum Fixture {
  static func path(_ name: String) -> String {
    Bundle.module.bundleURL.appendingPathComponent("Resources/hrm-tiny/\(name)").path
  }

  /// A network with the first weights of `seed`; the halting rows are filled too, so that Q values vary.
  static func network(
    _ architecture: HRMArchitecture, seed: UInt64 = 1, precision: HRMPrecision = .float32
  ) throws -> HRMNetwork {
    try HRMNetwork(architecture: architecture, tensors: tensors(architecture, seed: seed), precision: precision)
  }

  /// The tensors of `network`.
  static func tensors(_ architecture: HRMArchitecture, seed: UInt64) -> [String: Tensor] {
    var tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: architecture, seed: seed).map { ($0.name, $0.tensor) })
    var random = TestRandom(seed: seed)
    for name in ["w_q", "instr_emb", "tf_emb"] {
      guard var tensor = tensors[name] else { continue }
      for index in tensor.values.indices { tensor.values[index] = random.symmetric() * 0.2 }
      tensors[name] = tensor
    }
    return tensors
  }

  static func input(_ architecture: HRMArchitecture, seed: UInt64) -> HRMInput {
    var random = TestRandom(seed: seed)
    let count = architecture.windowBars * architecture.nFeatures
    return HRMInput(
      bars: (0..<count).map { _ in 2 * random.symmetric() }, instrumentRow: random.below(architecture.nInstruments),
      timeframeRow: random.below(architecture.nTimeframes),
      context: (0..<architecture.nAccount).map { _ in random.symmetric() })
  }
}

/// Fails with the message of the error if `body` does not throw a `ModelError` that mentions all of `words`.
func expectRefusal(
  _ words: String..., of name: String = "", sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("not refused: \(name)", sourceLocation: sourceLocation)
  } catch let error as ModelError {
    for word in words where !error.description.contains(word) {
      Issue.record("\(name): \(error) does not mention \(word)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("\(name): another error, \(error)", sourceLocation: sourceLocation)
  }
}
