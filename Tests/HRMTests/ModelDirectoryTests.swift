import Foundation
import HRM
import Testing

@Suite("Model directory")
struct ModelDirectoryTests {
  static let hash = String(repeating: "0123456789abcdef", count: 4)

  static func create(_ path: String, seed: UInt64 = 1) throws -> ModelManifest {
    try ModelDirectory.create(
      at: path, architecture: .tiny, seed: seed, featureSchemaHash: hash, name: "tiny-1",
      instruments: ["BTCUSDT", "ETHUSDT"], timeframes: ["1h", "1d"])
  }

  @Test("a model that was created is loaded, with the vocabulary it was given")
  func roundTrip() throws {
    let directory = try ScratchDirectory()
    let path = directory.file("model")
    let created = try Self.create(path)
    let (manifest, network) = try ModelDirectory.load(path)
    #expect(manifest == created && network.architecture == .tiny)
    #expect(manifest.untrained && manifest.training == nil && manifest.seed == 1 && manifest.name == "tiny-1")
    #expect(manifest.row(ofInstrument: "BTCUSDT") == 1 && manifest.row(ofInstrument: "ETHUSDT") == 2)
    #expect(manifest.row(ofInstrument: "XRPUSDT") == 0 && manifest.row(ofInstrument: "") == 0)
    #expect(manifest.row(ofTimeframe: "1d") == 2 && manifest.row(ofTimeframe: "2h") == 0)
    #expect(manifest.weightsSHA256.count == 64)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["model"])
    let json = try String(contentsOfFile: "\(path)/manifest.json", encoding: .utf8)
    #expect(json.contains("\"training\" : null") && json.contains("\"format\" : \"hrmbot.model/1\""))
  }

  @Test("equal seeds give equal files, other seeds other weights")
  func determinism() throws {
    let directory = try ScratchDirectory()
    let first = try Self.create(directory.file("a"))
    #expect(try Self.create(directory.file("b")) == first)
    #expect(try Self.create(directory.file("c"), seed: 2).weightsSHA256 != first.weightsSHA256)
    let manifests = try ["a", "b"].map {
      try Data(contentsOf: URL(fileURLWithPath: directory.file("\($0)/manifest.json")))
    }
    #expect(manifests[0] == manifests[1])
  }

  @Test("nothing is overwritten, and nothing is left behind by a failure")
  func creation() throws {
    let directory = try ScratchDirectory()
    _ = try Self.create(directory.file("model"))
    expectRefusal("exists already") { _ = try Self.create(directory.file("model")) }
    expectRefusal("name") {
      _ = try ModelDirectory.create(
        at: directory.file("other"), architecture: .tiny, seed: 1, featureSchemaHash: Self.hash, name: "a b")
    }
    expectRefusal("feature_schema_hash") {
      _ = try ModelDirectory.create(at: directory.file("other"), architecture: .tiny, seed: 1, featureSchemaHash: "?")
    }
    expectRefusal("no directory can be made") { _ = try Self.create(directory.file("missing/model")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["model"])
  }

  /// Edits of the manifest's text, and a word of the refusal.
  static let edits: [(from: String, to: String, word: String)] = [
    ("hrmbot.model/1", "hrmbot.model/2", "format"), ("hrmbot.model/1", "hrmbot.model/10", "format"),
    ("hrmbot.model/1", "other/1", "format"), ("\"tiny-1\"", "\"\"", "name"), ("\"tiny-1\"", "\"../x\"", "name"),
    ("\"tiny-1\"", "1", "name"), ("\"d_h\" : 40", "\"d_h\" : 80", "expected"), ("\"d_h\" : 40", "\"d_h\" : -40", "d_h"),
    ("\"d_h\" : 40", "\"d_h\" : 1e99", "does not fit"), ("\"heads_h\" : 5", "\"heads_h\" : 0", "heads_h"),
    ("\"d_h\" : 40,", "", "d_h"), ("\"pos\" : \"rope\"", "\"pos\" : \"none\"", "pos"),
    ("\"head\" : \"trade\"", "\"head\" : \"lm\"", "head trade"),
    ("\"seq_len\" : 15", "\"seq_len\" : 9999999", "seq_len"),
    (hash, String(hash.dropLast()), "feature_schema_hash"), (hash, hash.uppercased(), "feature_schema_hash"),
    ("\"BTCUSDT\" : 1", "\"BTCUSDT\" : 2", "share row 2"), ("\"BTCUSDT\" : 1", "\"BTCUSDT\" : 0", "row 0"),
    ("\"BTCUSDT\" : 1", "\"BTCUSDT\" : 1000", "row 1000"), ("\"BTCUSDT\"", "\"\"", "printable"),
    ("\"1h\" : 1", "\"1h\" : 10", "row 10"), ("\"policy.safetensors\"", "\"../policy.safetensors\"", "files"),
    ("\"policy.safetensors\"", "\"x\":\"y\",\"policy.safetensors\"", "files"),
    ("\"untrained\" : true", "\"untrained\" : false", "untrained"),
    ("\"training\" : null", "\"training\" : {\"a\":\"b\"}", "untrained"),
    ("\"seed\" : 1", "\"seed\" : -1", "does not fit"),
    ("{", "[", "manifest.json"), ("}", "", "manifest.json"),
  ]

  @Test("every tampered manifest is refused", arguments: edits.indices)
  func manifestTampering(index: Int) throws {
    let edit = Self.edits[index]
    let directory = try ScratchDirectory()
    _ = try Self.create(directory.file("model"))
    let path = directory.file("model/manifest.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains(edit.from), "nothing to edit: \(edit.from)")
    let range = try #require(text.range(of: edit.from))
    try text.replacingCharacters(in: range, with: edit.to).write(toFile: path, atomically: false, encoding: .utf8)
    expectRefusal(edit.word, of: edit.to) { _ = try ModelDirectory.load(directory.file("model")) }
  }

  @Test("changed, cut, missing and additional files are refused; a signature is allowed")
  func files() throws {
    let directory = try ScratchDirectory()
    let path = directory.file("model")
    let manager = FileManager.default
    func refuse(_ word: String, _ damage: () throws -> Void) throws {
      try? manager.removeItem(atPath: path)
      _ = try Self.create(path)
      try damage()
      expectRefusal(word, of: word) { _ = try ModelDirectory.load(path) }
    }
    let weights = "\(path)/policy.safetensors"
    try refuse("SHA-256") {
      var bytes = try Data(contentsOf: URL(fileURLWithPath: weights))
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: URL(fileURLWithPath: weights))
    }
    try refuse("SHA-256") { truncate(weights, 1000) }
    try refuse("policy.safetensors: is missing") { try manager.removeItem(atPath: weights) }
    try refuse("manifest.json: is missing") { try manager.removeItem(atPath: "\(path)/manifest.json") }
    try refuse("extra: does not belong") { _ = manager.createFile(atPath: "\(path)/extra", contents: nil) }
    try refuse("regular") {
      try manager.removeItem(atPath: weights)
      try manager.createDirectory(atPath: weights, withIntermediateDirectories: false)
    }
    try refuse("at most 1048576") { truncate("\(path)/manifest.json", 2 << 20) }
    try? manager.removeItem(atPath: path)
    expectRefusal("not a readable directory") { _ = try ModelDirectory.load(path) }
    _ = try Self.create(path)
    _ = manager.createFile(atPath: "\(path)/manifest.sig", contents: Data([1]))
    #expect(try ModelDirectory.load(path).0.name == "tiny-1")
  }

  @Test("places are found in paths of every form")
  func paths() {
    let cases = [
      ("p", ".", "p"), ("/p", "/", "p"), ("a/p", "a", "p"), ("/a/p/", "/a", "p"), ("a//p", "a", "p"), ("p/", ".", "p"),
      ("//p", "/", "p"), ("./p", ".", "p"), ("/a/bc/model", "/a/bc", "model"),
    ]
    for (path, parent, last) in cases {
      #expect(ModelDirectory.parent(of: path) == parent && ModelDirectory.lastComponent(of: path) == last, "\(path)")
    }
  }

  @Test("a trailing slash changes nothing")
  func trailingSlash() throws {
    let directory = try ScratchDirectory()
    _ = try Self.create(directory.file("model/"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["model"])
  }

  @Test("weights that fit their hash but not the architecture are refused")
  func wrongTensors() throws {
    let directory = try ScratchDirectory()
    var tensors = WeightInitialiser.tensors(of: .tiny, seed: 1)
    tensors.removeLast()
    let manifest = ModelManifest(
      name: "m", architecture: .tiny, featureSchemaHash: Self.hash, instruments: [], timeframes: [], files: [:],
      untrained: false, training: ["steps": "100"], seed: 1)
    try ModelDirectory.write(manifest, tensors, to: directory.file("model"))
    expectRefusal("z_l0", "is missing") { _ = try ModelDirectory.load(directory.file("model")) }
  }
}
