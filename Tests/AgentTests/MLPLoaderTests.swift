import Agent
import Digest
import Foundation
import HRM
import Testing

@Suite("Archived PPO policy: loader")
struct MLPLoaderTests {
  /// A copy of the archived files that a test may spoil.
  private final class Archive {
    let path: String

    init() throws {
      path = FileManager.default.temporaryDirectory.appendingPathComponent("mlp-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for name in ["ppo-fallback.json", "ppo-fallback.safetensors", "vectors-policy.json"] {
        try FileManager.default.copyItem(atPath: "\(resources)/\(name)", toPath: "\(path)/\(name)")
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func read(_ name: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    }

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    /// Replaces text in a JSON file once; the text must be there.
    func edit(_ name: String, _ old: String, _ new: String) throws {
      let text = String(decoding: try read(name), as: UTF8.self)
      let range = try #require(text.range(of: old), "\(old)")
      try write(name, text.replacingCharacters(in: range, with: new).utf8)
    }

    /// Puts other weights in and makes the manifest agree with their hash.
    func replaceWeights(_ bytes: [UInt8]) throws {
      let old = SHA256.hex(SHA256.digest(try read("ppo-fallback.safetensors")))
      try write("ppo-fallback.safetensors", bytes)
      try edit("ppo-fallback.json", "\"sha256\": \"\(old)\"", "\"sha256\": \"\(SHA256.hex(SHA256.digest(bytes)))\"")
    }

    func reason() -> String? {
      do {
        _ = try MLPPolicy(directory: path)
        return nil
      } catch PolicyError.unavailable(let reason) { return reason } catch { return "other: \(error)" }
    }
  }

  @Test("The archive as it is loads, with and without the recorded vectors")
  func loads() throws {
    let archive = try Archive()
    let policy = try MLPPolicy(directory: archive.path)
    #expect(policy.identity.name == "ppo-fallback-0ee057d81f88")
    #expect(policy.identity.sha256.hasPrefix("0ee057d81f880d1b"))
    #expect(policy.hasVerifiedVectors)
    try FileManager.default.removeItem(atPath: "\(archive.path)/vectors-policy.json")
    #expect(try !MLPPolicy(directory: archive.path).hasVerifiedVectors)
  }

  @Test(
    "A changed manifest is refused with the reason",
    arguments: [
      ("\"format\": \"hrmbot.ppo-fallback/1\"", "\"format\": \"hrmbot.ppo-fallback/2\"", "format"),
      ("\"format\": \"hrmbot.ppo-fallback/1\"", "\"format\": \"hrmbot.ppo-fallback/10\"", "format"),
      ("\"file\": \"ppo-fallback.safetensors\"", "\"file\": \"../ppo-fallback.safetensors\"", "weights.file"),
      ("\"dtype\": \"F32\"", "\"dtype\": \"F64\"", "dtype"),
      ("\"obs_dim\": 16", "\"obs_dim\": 17", "architecture"),
      ("\"activation\": \"tanh\"", "\"activation\": \"relu\"", "architecture"),
      ("\"timeframe\": \"1h\"", "\"timeframe\": \"1m\"", "timeframe"),
      ("\"warmup_bars\": 168", "\"warmup_bars\": 100", "warmup_bars"),
      ("\"1\": \"SELL_SHORT\"", "\"1\": \"CLOSE_LONG\"", "action_map"),
      ("\"ret24\"", "\"ret25\"", "observation.names"),
      ("1.0099311438697331", "0", "normalisation"),
      ("\"clip\": 5.0", "\"clip\": 6.0", "clip"),
      ("\"target_vol\": 0.4", "\"target_vol\": -0.4", "quantity_rule"),
      ("\"max_weight\": 1.0", "\"max_weight\": 2.0", "max_weight"),
      ("\"sha256\": \"0ee0", "\"sha256\": \"1ee0", "SHA-256"),
      ("{", "", "manifest"),
    ])
  func refusesManifest(old: String, new: String, expected: String) throws {
    let archive = try Archive()
    try archive.edit("ppo-fallback.json", old, new)
    #expect(try #require(archive.reason()).contains(expected))
  }

  @Test("A missing, long or special file is refused by name", arguments: ["json", "safetensors"])
  func refusesFiles(kind: String) throws {
    let archive = try Archive()
    let path = "\(archive.path)/ppo-fallback.\(kind)"
    try archive.write("ppo-fallback.\(kind)", [UInt8](repeating: 32, count: 17 << 20))
    #expect(try #require(archive.reason()).contains("larger than"))
    try FileManager.default.removeItem(atPath: path)
    #expect(try #require(archive.reason()).contains("ppo-fallback.\(kind)"))
    #expect(mkfifo(path, 0o600) == 0)
    #expect(try #require(archive.reason()).contains("regular file"))
  }

  @Test("Weights that differ in one bit are refused by hash; with a hash that fits, by the recorded vectors")
  func refusesOtherWeights() throws {
    let archive = try Archive()
    var bytes = try archive.read("ppo-fallback.safetensors")
    let index = bytes.count - 40_000
    bytes[index] ^= 64
    try archive.write("ppo-fallback.safetensors", bytes)
    #expect(try #require(archive.reason()).contains("SHA-256"))
    bytes[index] ^= 64
    try archive.write("ppo-fallback.safetensors", bytes)
    bytes[index + 3] ^= 1
    try archive.replaceWeights(bytes)
    #expect(try #require(archive.reason()).contains("does not come out"))
  }

  @Test("Weights that are not finite, cut, too many or of another type are refused")
  func refusesBrokenWeights() throws {
    let original = try Archive().read("ppo-fallback.safetensors")
    let header = String(decoding: original[8..<920], as: UTF8.self)
    func file(_ header: String, _ data: some Sequence<UInt8>) -> [UInt8] {
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + header.utf8 + data
    }
    var infinite = original
    infinite.replaceSubrange((original.count - 4)..., with: [0, 0, 0x80, 0x7F])
    let integers = header.replacingOccurrences(
      of: "\"value.bias\":{\"dtype\":\"F32\"", with: "\"value.bias\":{\"dtype\":\"I32\"")
    #expect(integers != header)
    // The whole number 1, which the reader would take.
    var one = Array(original[920...])
    one.replaceSubrange(22292..<22296, with: [1, 0, 0, 0])
    let shaped = header.replacingOccurrences(of: "\"shape\":[5,64]", with: "\"shape\":[64,5]")
    #expect(shaped != header)
    let extra = header.replacingOccurrences(
      of: "{\"__metadata__\"",
      with: "{\"more\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[43544,43548]},\"__metadata__\"")
    let variants: [([UInt8], String)] = [
      (infinite, "inf"), (Array(original.dropLast(4)), "ppo-fallback.safetensors"), (original + [0], "belong to none"),
      (file(integers, one), "not F32"), (file(shaped, original[920...]), "shape"),
      (file(extra, original[920...] + [0, 0, 0, 0]), "twelve"),
      ([0, 0, 0, 0, 0, 0, 0, 0x7F], "header"), ([], "has 0 bytes"),
    ]
    for (bytes, expected) in variants {
      let archive = try Archive()
      try archive.replaceWeights(bytes)
      let reason = try #require(archive.reason(), "\(expected)")
      #expect(reason.contains(expected), "\(reason)")
    }
  }

  @Test("Recorded vectors that are fewer, changed or damaged are refused")
  func refusesVectors() throws {
    let edits = [
      ("0.010204471627299913", "0.010304471627299913"), ("1.224990397378896", "1.234990397378896"),
      ("\"observations\"", "\"observation\""), ("0.010204471627299913,", ""),
    ]
    for (old, new) in edits {
      let archive = try Archive()
      try archive.edit("vectors-policy.json", old, new)
      #expect(try #require(archive.reason()).contains("vectors-policy.json"))
    }
  }
}
