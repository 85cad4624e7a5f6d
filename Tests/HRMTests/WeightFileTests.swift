import Digest
import Foundation
import HRM
import Testing

@Suite("Weight files of every precision")
struct WeightFileTests {
  static func memory(_ bytes: [UInt8]) -> TensorMemory {
    TensorMemory(count: bytes.count) { buffer in bytes.withUnsafeBytes { buffer.copyMemory(from: $0) } }
  }

  private func read(_ bytes: [UInt8]) throws -> [String: StoredTensor] {
    try WeightFile(memory: Self.memory(bytes), file: "x.safetensors").tensors
  }

  static func stored(_ precision: HRMPrecision, seed: UInt64 = 1) throws -> [String: StoredTensor] {
    let tensors = WeightInitialiser.tensors(of: .tiny, seed: seed).map { ($0.name, StoredTensor($0.tensor)) }
    return try ModelDirectory.narrow(
      Dictionary(uniqueKeysWithValues: tensors), of: .tiny, to: precision, file: "test")
  }

  @Test("what is written is read, bit by bit, without widening", arguments: HRMPrecision.allCases)
  func roundTrip(precision: HRMPrecision) throws {
    let stored = try Self.stored(precision)
    let bytes = try SafetensorsFile.encode(stored: stored.map { ($0.key, $0.value) })
    #expect(try SafetensorsFile.encode(stored: stored.reversed().map { ($0.key, $0.value) }) == bytes)
    let back = try read(bytes)
    #expect(back.count == stored.count)
    for (name, tensor) in stored {
      let other = try #require(back[name])
      #expect(other.shape == tensor.shape && other.element == tensor.element && other.scales == tensor.scales)
      #expect(other.withBytes { Array($0) } == tensor.withBytes { Array($0) }, "\(name)")
      #expect(other.floats() == tensor.floats(), "\(name)")
    }
    try HRMArchitecture.tiny.check(back, precision: precision, file: "test")
    let network = try HRMNetwork(architecture: .tiny, stored: back, precision: precision)
    let inference = HRMInference(network: network)
    inference.begin(Fixture.input(.tiny, seed: 1))
    #expect(inference.runSegment().isFinite)
  }

  @Test("fp32 stored tensors make the network that plain ones make")
  func sameNetwork() throws {
    let plain = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: .tiny, seed: 1).map { ($0.name, $0.tensor) })
    let networks = [
      try HRMNetwork(architecture: .tiny, tensors: plain),
      try HRMNetwork(architecture: .tiny, stored: try Self.stored(.float32), precision: .float32),
    ]
    let heads = networks.map { network in
      let inference = HRMInference(network: network)
      inference.begin(Fixture.input(.tiny, seed: 4))
      return inference.runSegment()
    }
    #expect(heads[0] == heads[1])
  }

  /// A file with the matrix `m` [2, 2] of integers and its scales, in the order of names.
  private static func integers(
    _ elements: [Int8] = [1, 2, 3, 4], scales: [Float] = [1, 1], scaleName: String = "m.scale",
    scaleShape: String? = nil, scaleType: String = "F32"
  ) -> [UInt8] {
    let scaleBytes = scales.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) } }
    let header =
      "{" + Hostile.entry("m", "[2,2]", "[0,4]", type: "I8") + ","
      + Hostile.entry(
        scaleName, scaleShape ?? "[\(scales.count)]", "[4,\(4 + scaleBytes.count)]", type: scaleType) + "}"
    return Hostile.file(header, elements.map { UInt8(bitPattern: $0) } + scaleBytes)
  }

  static let hostile: [(name: String, bytes: [UInt8], word: String)] = [
    ("no scales", Hostile.one("[2,2]", "[0,4]", type: "I8", data: 4), "tensor a.scale: is missing"),
    ("scales of another tensor", integers(scaleName: "n.scale"), "tensor m.scale: is missing"),
    ("one scale too many", integers(scales: [1, 1, 1]), "has 3 scales, expected one for each of 2 rows"),
    ("one scale too few", integers(scales: [1]), "has 1 scales"), ("no scale", integers(scales: []), "has 0 scales"),
    ("scales with two axes", integers(scaleShape: "[2,1]"), "F32 [2, 1], scales are F32 with one axis"),
    ("scales in BF16", integers(scales: [1], scaleShape: "[2]", scaleType: "BF16"), "BF16 [2], scales are F32"),
    ("negative scale", integers(scales: [1, -1]), "tensor m: scale 1 is -1.0"),
    ("scale NaN", integers(scales: [.nan, 1]), "scale 0 is nan"),
    ("scale infinite", integers(scales: [1, .infinity]), "scale 1 is inf"),
    ("scale that overflows", integers(scales: [1, 3e38]), "scale 1 is 3e+38"),
    ("-128", integers([1, 2, -128, 4]), "tensor m: element 2 is -128"),
    ("scale 0 before weights", integers(scales: [1, 0]), "row 1 has scale 0"),
    ("integers of 32 bits", Hostile.one("[2]", "[0,8]", type: "I32"), "dtype I32, a model holds F32, BF16 and I8"),
    ("integers of 64 bits", Hostile.one("[1]", "[0,8]", type: "I64"), "dtype I64"),
    (
      "BF16 NaN", Hostile.file("{" + Hostile.entry("a", "[2]", "[0,4]", type: "BF16") + "}", [0, 0, 0xC0, 0x7F]),
      "element 1 is nan"
    ),
    (
      "BF16 infinity", Hostile.file("{" + Hostile.entry("a", "[1]", "[0,2]", type: "BF16") + "}", [0x80, 0xFF]),
      "element 0 is -inf"
    ),
    ("I8 that does not fill its bytes", Hostile.one("[3]", "[0,4]", type: "I8", data: 4), "does not fill"),
    ("BF16 that does not fill its bytes", Hostile.one("[3]", "[0,8]", type: "BF16"), "does not fill"),
    ("U8", Hostile.one("[8]", "[0,8]", type: "U8"), "dtype U8, only F32, BF16, I8"),
    ("F16", Hostile.one("[4]", "[0,8]", type: "F16"), "dtype F16"),
  ]

  @Test("every hostile weight is refused with a reason", arguments: hostile.indices)
  func hostileWeights(index: Int) {
    let (name, bytes, word) = Self.hostile[index]
    expectRefusal("x.safetensors", word, of: name) { _ = try read(bytes) }
  }

  @Test("a scale of 0 stands before a row of zeros")
  func zeroRow() throws {
    let tensor = try #require(try read(Self.integers([5, -6, 0, 0], scales: [0.5, 0]))["m"])
    #expect(tensor.floats() == [2.5, -3, 0, 0])
  }

  @Test("every hostile header is refused here too", arguments: Hostile.cases.indices)
  func hostileHeaders(index: Int) {
    let (name, bytes, word) = Hostile.cases[index]
    // Integers of 32 and 64 bits are refused as such, whatever their values.
    expectRefusal("x.safetensors", name.hasPrefix("I") ? "dtype I" : word, of: name) { _ = try read(bytes) }
  }

  @Test("2,000 mutated int8 files: refused, or usable to the last byte")
  func fuzz() throws {
    let rows = StoredTensor.Element.int8
    let matrix = try StoredTensor(
      narrowing: Tensor(shape: [2, 4], values: [1, 2, 3, 4, 0, 0, 0, 0]), to: rows, name: "m", file: "test")
    let good = try SafetensorsFile.encode(stored: [
      ("m", matrix), ("n", StoredTensor(Tensor(shape: [2], repeating: 1))),
    ])
    var refused = 0
    for seed in 0..<2000 {
      var random = TestRandom(seed: UInt64(seed))
      var bytes = good
      for _ in 0...random.below(3) {
        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.below(10) == 0 { bytes.removeLast(random.below(bytes.count)) }
      do {
        for (_, tensor) in try read(bytes) {
          #expect(tensor.problem == nil && tensor.floats().allSatisfy(\.isFinite), "seed \(seed)")
        }
      } catch is ModelError { refused += 1 }
    }
    #expect(refused > 1000, "only \(refused) refused")
  }

  @Test("the tensors must be those of the precision")
  func precisions() throws {
    func refuse(
      _ words: String..., from: HRMPrecision, as precision: HRMPrecision,
      change: ((inout [String: StoredTensor]) -> Void)? = nil
    ) throws {
      var stored = try Self.stored(from)
      change?(&stored)
      for word in words {
        expectRefusal(word, of: "\(from) as \(precision)") {
          _ = try HRMNetwork(architecture: .tiny, stored: stored, precision: precision)
        }
      }
    }
    try refuse("has dtype F32", "precision bf16 has BF16", from: .float32, as: .bfloat16)
    try refuse("has dtype BF16", "precision fp32 has F32", from: .bfloat16, as: .float32)
    try refuse("has dtype BF16", "precision int8 has I8", from: .bfloat16, as: .int8(activations: .seven))
    try refuse("has dtype I8", from: .int8(activations: .sixteen), as: .bfloat16)
    let int8 = HRMPrecision.int8(activations: .seven)
    try refuse("tensor b_q.scale: does not belong", from: int8, as: int8) { $0["b_q.scale"] = $0["b_q"] }
    try refuse("tensor w_patch: has dtype BF16", from: .bfloat16, as: .bfloat16) {
      $0["w_patch"] = try? StoredTensor(
        narrowing: Tensor(shape: $0["w_patch"]!.shape, values: $0["w_patch"]!.floats()), to: .brainFloat16, name: "w",
        file: "test")
    }
    try refuse("tensor bridge_hl: is missing", from: int8, as: int8) { $0["bridge_hl"] = nil }
    try refuse("tensor bridge_hl: has shape", from: int8, as: int8) { $0["bridge_hl"] = $0["bridge_lh"] }
    try refuse("has 7 scales", from: int8, as: int8) {
      $0["bridge_hl"] = $0["bridge_hl"]!.with(scales: Array(repeating: 1, count: 7))
    }
  }

  @Test("both int8 precisions hold the same weights")
  func activationsAreNotStored() throws {
    let files = try HRMPrecision.ActivationBits.allCases.map { bits in
      try SafetensorsFile.encode(stored: try Self.stored(.int8(activations: bits)).map { ($0.key, $0.value) })
    }
    #expect(files[0] == files[1])
  }

  @Test("a file is what its hash says, or refused")
  func hash() throws {
    let directory = try ScratchDirectory()
    let path = directory.file("w")
    let bytes = try SafetensorsFile.encode(stored: try Self.stored(.bfloat16).map { ($0.key, $0.value) })
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let digest = SHA256.hex(SHA256.digest(bytes))
    let file = try WeightFile(path: path, sha256: digest)
    // What was read is the reader's own: cutting the file afterwards changes nothing.
    truncate(path, 10)
    #expect(try #require(file.tensors["w_q"]).floats().allSatisfy { $0 == 0 })
    expectRefusal("has SHA-256") { _ = try WeightFile(path: path, sha256: digest) }
    expectRefusal("regular") { _ = try WeightFile(path: directory.path, sha256: digest) }
    expectRefusal("cannot be opened") { _ = try WeightFile(path: directory.file("none"), sha256: digest) }
  }
}
