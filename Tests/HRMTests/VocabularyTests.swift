import Foundation
import HRM
import Testing

@Suite("A vocabulary that grows")
struct VocabularyTests {
  private func table(_ rows: [String: Int], retired: [Int] = [], count: Int = 5) -> ModelVocabulary.Table {
    ModelVocabulary.Table(field: "instruments", rowCount: count, rows: rows, retired: retired)
  }

  @Test("the next free row is the one after the highest that was ever given out")
  func nextRow() throws {
    var instruments = table([:])
    #expect(try instruments.add("A") == 1 && instruments.free == 3)
    #expect(try instruments.add("B") == 2)
    #expect(try instruments.retire("B") == 2)
    #expect(try instruments.add("C") == 3 && instruments.retired == [2])
    // A symbol that comes back has no past.
    #expect(try instruments.add("B") == 4 && instruments.free == 0)
    #expect(instruments.rows == ["A": 1, "C": 3, "B": 4])
    // A gap is no free row: something may have stood there.
    var gaps = table(["Z": 3])
    #expect(try gaps.add("Y") == 4)
  }

  @Test("a full table says what its capacity is, and what to do")
  func capacity() throws {
    var instruments = table(["A": 1, "B": 2, "C": 3], retired: [4])
    expectRefusal("m.json: instruments", "no row is left for D", "capacity of 4", "1 by retired", "row 0") {
      _ = try instruments.add("D", file: "m.json")
    }
    #expect(instruments.rows.count == 3)
  }

  @Test("what has a row already, has none, or is no name is refused")
  func refusals() throws {
    var instruments = table(["A": 1])
    expectRefusal("A has row 1 already") { _ = try instruments.add("A") }
    expectRefusal("B has no row") { _ = try instruments.retire("B") }
    for label in ["", "a b", "ü", String(repeating: "x", count: 65)] {
      expectRefusal("printable", of: label) {
        var copy = instruments
        _ = try copy.add(label)
      }
    }
  }

  private func master(_ directory: ScratchDirectory) throws -> [(name: String, tensor: Tensor)] {
    var random = TestRandom(seed: 5)
    var tensors = WeightInitialiser.tensors(of: .tiny, seed: 1)
    for index in tensors.indices where tensors[index].name == "instr_emb" || tensors[index].name == "tf_emb" {
      for place in tensors[index].tensor.values.indices { tensors[index].tensor.values[place] = random.symmetric() }
    }
    let manifest = ModelManifest(
      name: "m", architecture: .tiny, featureSchemaHash: ModelDirectoryTests.hash, instruments: ["A", "B"],
      timeframes: ["1h"], files: [:], untrained: false, training: ["steps": "100"], seed: 1)
    try ModelDirectory.write(manifest, tensors, to: directory.file("model"))
    return tensors
  }

  @Test("a new version has the new names on copies of row 0, and everything else as it was")
  func extending() throws {
    let directory = try ScratchDirectory()
    let before = Dictionary(uniqueKeysWithValues: try master(directory).map { ($0.name, $0.tensor) })
    let manifest = try ModelDirectory.extend(
      directory.file("model"), instruments: ["C", "D"], timeframes: ["3m"], retiring: ["B"],
      to: directory.file("new"))
    #expect(manifest.instruments == ["A": 1, "C": 3, "D": 4] && manifest.timeframes == ["1h": 1, "3m": 2])
    #expect(manifest.retiredRows == ["instruments": [2]] && manifest.training == ["steps": "100"])
    let (loaded, stored) = try ModelDirectory.weights(of: directory.file("new"))
    #expect(loaded == manifest && loaded.vocabulary.instruments.retired == [2])
    for (name, tensor) in before {
      let after = try #require(stored[name]).floats()
      guard let width = ["instr_emb": 64, "tf_emb": 32][name] else {
        #expect(after == tensor.values, "\(name)")
        continue
      }
      let new: Set = name == "instr_emb" ? [3, 4] : [2]
      for row in 0..<tensor.shape[0] {
        let source = new.contains(row) ? 0 : row
        #expect(
          after[(row * width)..<(row * width + width)] == tensor.values[(source * width)..<(source * width + width)],
          "\(name) row \(row)")
      }
    }
    // The next version does not give the retired row out either.
    let next = try ModelDirectory.extend(
      directory.file("new"), name: "m-3", instruments: ["B"], timeframes: [], retiring: [], to: directory.file("third"))
    #expect(next.row(ofInstrument: "B") == 5 && next.name == "m-3" && next.retiredRows == ["instruments": [2]])
  }

  @Test("a model is not changed in place, and a copy not at all")
  func immutable() throws {
    let directory = try ScratchDirectory()
    _ = try master(directory)
    let path = directory.file("model")
    expectRefusal("exists already") {
      try ModelDirectory.extend(path, instruments: ["C"], timeframes: [], retiring: [], to: path)
    }
    let (manifest, stored) = try ModelDirectory.weights(of: path)
    try ModelDirectory.write(
      manifest.ofCopy(precision: .bfloat16, agreement: nil),
      stored: try ModelDirectory.narrow(stored, of: .tiny, to: .bfloat16, file: path), to: directory.file("copy"))
    expectRefusal("precision: is bf16", "fp32 master m") {
      try ModelDirectory.extend(
        directory.file("copy"), instruments: ["C"], timeframes: [], retiring: [], to: directory.file("new"))
    }
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: directory.path)) == ["model", "copy"])
  }

  @Test("manifests whose retired rows cannot be are refused")
  func retiredRows() throws {
    let cases: [([String: [Int]], String)] = [
      (["instruments": [1]], "share row 1"), (["instruments": [3, 3]], "row 3 appears twice"),
      (["instruments": [0]], "row 0"), (["instruments": [1000]], "row 1000"), (["timeframes": [-1]], "row -1"),
      (["colours": [3]], "has colours"),
    ]
    for (rows, word) in cases {
      var manifest = ModelManifest(
        name: "m", architecture: .tiny, featureSchemaHash: ModelDirectoryTests.hash, instruments: ["A"],
        timeframes: [], files: [ModelDirectory.weightsFile: ModelDirectoryTests.hash], untrained: true, training: nil,
        seed: 1)
      manifest.retiredRows = rows
      expectRefusal(word, of: word) { try manifest.validate(file: "m.json") }
    }
  }
}
