import Foundation
import HRM
import Testing

@Suite("Scale of a model's inputs")
struct InputNormaliserTests {
  private static let normaliser = InputNormaliser(
    means: (0..<16).map { Float($0) / 7 - 1 }, deviations: (0..<16).map { 0.1 + Float($0) / 3 })!

  private static func manifest() -> ModelManifest {
    ModelManifest(
      name: "m", architecture: .tiny, featureSchemaHash: ModelDirectoryTests.hash, instruments: [], timeframes: [],
      files: [ModelDirectory.weightsFile: ModelDirectoryTests.hash], untrained: true, training: nil, seed: 1)
  }

  private static func encoded(_ manifest: ModelManifest) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(manifest), as: UTF8.self)
  }

  @Test("numbers are scaled by feature and cut; what is no number stays none")
  func application() throws {
    let normaliser = try #require(InputNormaliser(means: [1, -2], deviations: [0.5, 4]))
    var rows: [Float] = [1, -2, 1.5, 2, 5, -5, -5, 100, .nan, -.infinity]
    normaliser.apply(to: &rows)
    #expect(rows[..<8] == [0, 0, 1, 1, 5, -0.75, -5, 5] && rows[8].isNaN && rows[9] == -.infinity)
    let third: Float = 1 / 3
    var one: [Float] = [0.1, third]
    try #require(InputNormaliser(means: [0.7, third], deviations: [0.3, 1])).apply(to: &one)
    #expect(one == [(Float(0.1) - 0.7) / 0.3, 0])
  }

  @Test("a manifest without a scale is written as before, byte for byte, and reads as none")
  func absent() throws {
    let manifest = Self.manifest()
    let text = try Self.encoded(manifest)
    #expect(!text.contains("normaliser"))
    let read = try JSONDecoder().decode(ModelManifest.self, from: Data(text.utf8))
    #expect(read == manifest && read.normaliser == nil)
    #expect(try Self.encoded(read) == text)
  }

  @Test("a scale survives the file to the last bit, and stays with copies")
  func roundTrip() throws {
    var manifest = Self.manifest()
    manifest.normaliser = Self.normaliser
    try manifest.validate(file: "manifest.json")
    let read = try JSONDecoder().decode(ModelManifest.self, from: Data(Self.encoded(manifest).utf8))
    #expect(read.normaliser == Self.normaliser)
    #expect(read.normaliser?.means.map(\.bitPattern) == Self.normaliser.means.map(\.bitPattern))
    #expect(manifest.ofCopy(precision: .bfloat16, agreement: nil).normaliser == Self.normaliser)
    let directory = try ScratchDirectory()
    let path = directory.file("model"), next = directory.file("next")
    var made = Self.manifest()
    made.normaliser = Self.normaliser
    _ = try ModelDirectory.write(made, WeightInitialiser.tensors(of: .tiny, seed: 1), to: path)
    #expect(try ModelDirectory.load(path).0.normaliser == Self.normaliser)
    _ = try ModelDirectory.extend(path, instruments: ["AAA"], timeframes: [], retiring: [], to: next)
    #expect(try ModelDirectory.manifest(of: next).normaliser == Self.normaliser)
  }

  @Test("a scale that does not fit the features or is out of bounds is refused")
  func refusals() throws {
    #expect(InputNormaliser(means: [0], deviations: [1, 1]) == nil)
    for (mean, deviation) in [(Float.nan, Float(1)), (101, 1), (-.infinity, 1), (0, 0), (0, -1), (0, .nan), (0, 101)] {
      #expect(InputNormaliser(means: [0, mean], deviations: [1, deviation]) == nil, "\(mean) \(deviation)")
    }
    var manifest = Self.manifest()
    manifest.normaliser = InputNormaliser(means: [0, 0], deviations: [1, 1])
    expectRefusal("normaliser") { try manifest.validate(file: "manifest.json") }
    manifest.normaliser = Self.normaliser
    let text = try Self.encoded(manifest)
    for (from, to) in [("\"deviations\":[0.1,", "\"deviations\":[0,"), ("\"deviations\":[0.1,", "\"deviations\":[")] {
      let edited = text.replacingOccurrences(of: from, with: to)
      #expect(edited != text)
      let read = try JSONDecoder().decode(ModelManifest.self, from: Data(edited.utf8))
      expectRefusal("normaliser") { try read.validate(file: "manifest.json") }
    }
  }
}
