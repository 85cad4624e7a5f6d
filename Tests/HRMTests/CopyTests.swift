import Foundation
import HRM
import Testing

@Suite("Copies of a model, and their manifests")
struct CopyTests {
  private static func agreement(_ share: Double = 1, observations: Int = 1000) -> Quantisation.Agreement {
    Quantisation.Agreement(
      observations: observations, kind: .synthetic, sources: ["SIM-A"], seed: 7,
      depths: [.init(segments: 1, actionAgreement: share, logitRMSDifference: 0.01, logitRMSRatio: 0.02)],
      haltingAgreement: 1)
  }

  /// A master and a copy of it in one directory.
  private static func make(
    _ directory: ScratchDirectory, _ precision: HRMPrecision, agreement: Quantisation.Agreement? = agreement()
  ) throws -> (master: ModelManifest, copy: ModelManifest) {
    let master = try ModelDirectoryTests.create(directory.file("model"))
    let (_, stored) = try ModelDirectory.weights(of: directory.file("model"))
    let narrowed = try ModelDirectory.narrow(stored, of: .tiny, to: precision, file: "test")
    let copy = try ModelDirectory.write(
      master.ofCopy(precision: precision, agreement: agreement), stored: narrowed, to: directory.file("copy"))
    return (master, copy)
  }

  @Test("a copy says what it is a copy of, and keeps everything else", arguments: HRMPrecision.allCases.dropFirst())
  func manifest(precision: HRMPrecision) throws {
    let directory = try ScratchDirectory()
    let (master, copy) = try Self.make(directory, precision)
    let (loaded, network) = try ModelDirectory.load(directory.file("copy"))
    #expect(loaded == copy && network.architecture == .tiny)
    #expect(copy.name == "tiny-1-\(precision.label)" && copy.precision == precision)
    #expect(copy.quantisation?.sourceSHA256 == master.weightsSHA256 && copy.quantisation?.sourceName == "tiny-1")
    #expect(copy.weightsSHA256 != master.weightsSHA256)
    #expect(copy.untrained && copy.training == nil && copy.vocabulary == master.vocabulary && copy.seed == master.seed)
    #expect(copy.featureSchemaHash == master.featureSchemaHash && copy.format == "hrmbot.model/1")
    let size = { ModelDirectory.weightsByteCount(of: directory.file($0)) }
    #expect(size("copy") < size("model"))
  }

  @Test("a manifest of before, without precision, is a master's")
  func oldManifest() throws {
    let directory = try ScratchDirectory()
    let master = try ModelDirectoryTests.create(directory.file("model"))
    let path = directory.file("model/manifest.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("\"precision\" : \"fp32\",") && !text.contains("quantisation"))
    try text.replacing("\"precision\" : \"fp32\",", with: "")
      .write(toFile: path, atomically: false, encoding: .utf8)
    #expect(try ModelDirectory.load(directory.file("model")).0 == master)
  }

  /// Edits of the manifest's text, and a word of the refusal.
  static let edits: [(from: String, to: String, word: String)] = [
    ("\"precision\" : \"int8\"", "\"precision\" : \"int4\"", "int4, known are fp32, bf16"),
    ("\"precision\" : \"int8\"", "\"precision\" : 8", "precision"),
    ("\"precision\" : \"int8\"", "\"precision\" : \"bf16\"", "has dtype I8"),
    ("\"precision\" : \"int8\"", "\"precision\" : \"fp32\"", "quantisation"),
    ("\"quantisation\" : {", "\"other\" : {", "quantisation: is missing"),
    ("\"source_name\" : \"tiny-1\"", "\"source_name\" : \"\"", "quantisation.source_name"),
    ("\"source_sha256\" : \"", "\"source_sha256\" : \"x", "quantisation.source_sha256"),
    ("\"observations\" : 1000", "\"observations\" : 0", "agreement.observations"),
    ("\"observations\" : 1000", "\"observations\" : -5", "agreement.observations"),
    ("\"observations\" : 1000", "\"observations\" : \"many\"", "observations"),
    ("\"kind\" : \"synthetic\"", "\"kind\" : \"dreamt\"", "kind"),
    ("\"action_agreement\" : 1", "\"action_agreement\" : 1.01", "action_agreement is 1.01"),
    ("\"action_agreement\" : 1", "\"action_agreement\" : -0.1", "action_agreement is -0.1"),
    ("\"halting_agreement\" : 1", "\"halting_agreement\" : 2", "halting_agreement"),
    ("\"segments\" : 1", "\"segments\" : 2", "depths"),
    ("\"logit_rms_ratio\" : 0.02", "\"logit_rms_ratio\" : -1", "logit differences"),
    ("\"SIM-A\"", "", "agreement.sources"), ("\"seed\" : 7", "\"seed\" : -7", "does not fit"),
  ]

  @Test("every tampered manifest of a copy is refused", arguments: edits.indices)
  func tampering(index: Int) throws {
    let edit = Self.edits[index]
    let directory = try ScratchDirectory()
    _ = try Self.make(directory, .int8(activations: .seven))
    let path = directory.file("copy/manifest.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let range = try #require(text.range(of: edit.from), "nothing to edit: \(edit.from)")
    try text.replacingCharacters(in: range, with: edit.to).write(toFile: path, atomically: false, encoding: .utf8)
    expectRefusal(edit.word, of: edit.to) { _ = try ModelDirectory.load(directory.file("copy")) }
  }

  @Test("tensors of another precision are not written")
  func writing() throws {
    let directory = try ScratchDirectory()
    let master = try ModelDirectoryTests.create(directory.file("model"))
    let (_, stored) = try ModelDirectory.weights(of: directory.file("model"))
    expectRefusal("has dtype F32") {
      try ModelDirectory.write(
        master.ofCopy(precision: .bfloat16, agreement: nil), stored: stored, to: directory.file("copy"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["model"])
  }

  @Test("a copy may trade if it was measured long enough and agrees; a master always may")
  func fitness() throws {
    let master = ModelManifest(
      name: "m", architecture: .tiny, featureSchemaHash: "", instruments: [], timeframes: [],
      files: [ModelDirectory.weightsFile: "aa"], untrained: true, training: nil, seed: 1)
    func refusal(
      _ precision: HRMPrecision, _ agreement: Quantisation.Agreement?, _ minimum: Double = 0.99
    ) -> String? { master.ofCopy(precision: precision, agreement: agreement).tradingRefusal(minimumAgreement: minimum) }
    #expect(master.tradingRefusal(minimumAgreement: 1) == nil)
    let int8 = HRMPrecision.int8(activations: .seven)
    #expect(refusal(int8, Self.agreement(0.99)) == nil && refusal(.bfloat16, Self.agreement(1), 1) == nil)
    #expect(refusal(int8, nil)?.contains("never measured") == true)
    #expect(refusal(int8, Self.agreement(1, observations: 999))?.contains("999 observations, at least 1000") == true)
    let below = try #require(refusal(int8, Self.agreement(0.98999)))
    #expect(below.contains("98.99 %") && below.contains("99.00 %") && below.contains("policy.minimum_agreement"))
    #expect(below.contains("int8-a16") && below.contains("bf16"))
    #expect(refusal(.int8(activations: .sixteen), Self.agreement(0.5))?.contains("--dtype bf16") == true)
    #expect(refusal(.bfloat16, Self.agreement(0.5))?.contains("fp32 master m") == true)
    // The worst of all measurements counts.
    var mixed = Self.agreement(1)
    mixed.haltingAgreement = 0.9
    #expect(mixed.lowest == 0.9 && refusal(int8, mixed) != nil)
    #expect(refusal(int8, Self.agreement(1), .nan) != nil)
  }
}
