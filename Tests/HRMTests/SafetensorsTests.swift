import Foundation
import HRM
import Testing

@Suite("Safetensors")
struct SafetensorsTests {
  @Test("what is written is read, in the order of names, and equal content gives equal bytes")
  func roundTrip() throws {
    let tensors: [(name: String, tensor: Tensor)] = [
      ("z", Tensor(shape: [2, 3], values: [1, -2, 3.5, 0, -0.0, Float(bitPattern: 1)])),
      ("a\"\\\u{1}é", Tensor(shape: [], values: [7])),
      ("empty", Tensor(shape: [0, 4])), ("m", Tensor(shape: [4], values: [4, 3, 2, 1])),
    ]
    let bytes = try SafetensorsFile.encode(tensors, metadata: ["b": "2", "a": "{\"x\": 1}\n"])
    #expect(bytes == (try SafetensorsFile.encode(tensors.reversed(), metadata: ["a": "{\"x\": 1}\n", "b": "2"])))
    let file = try SafetensorsFile(bytes: bytes)
    #expect(file.tensors.map(\.name) == ["a\"\\\u{1}é", "empty", "m", "z"])
    for (name, tensor) in tensors { #expect(file[name] == tensor) }
    #expect(file["n"] == nil && file[""] == nil && file["zz"] == nil)
    #expect(file.metadata == ["a": "{\"x\": 1}\n", "b": "2"])
    let directory = try ScratchDirectory()
    try SafetensorsFile.write(tensors, to: directory.file("t"))
    #expect(try SafetensorsFile(path: directory.file("t"))["z"] == tensors[0].tensor)
    expectRefusal("File exists") { try SafetensorsFile.write(tensors, to: directory.file("t")) }
  }

  @Test("brain floats and integers are read as floats")
  func types() throws {
    let header =
      #"{"b":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"i":{"dtype":"I32","shape":[2],"data_offsets":[4,12]},"#
      + #""l":{"dtype":"I64","shape":[1],"data_offsets":[12,20]}}"#
    let data: [UInt8] =
      [0x80, 0x3F, 0x20, 0xC0] + [5, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF] + [0, 0, 0, 1, 0, 0, 0, 0]
    let file = try SafetensorsFile(bytes: Hostile.file(header, data))
    #expect(file["b"]?.values == [1, -2.5] && file["i"]?.values == [5, -2] && file["l"]?.values == [16_777_216])
  }

  @Test("what cannot be read back is not written")
  func writing() {
    let one = Tensor(shape: [1], values: [1])
    expectRefusal("twice") { _ = try SafetensorsFile.encode([("a", one), ("a", one)]) }
    expectRefusal("reserved") { _ = try SafetensorsFile.encode([("__metadata__", one)]) }
    expectRefusal("element 0 is nan") { _ = try SafetensorsFile.encode([("a", Tensor(shape: [1], values: [.nan]))]) }
  }

  @Test("every hostile file is refused with a reason", arguments: Hostile.cases.indices)
  func hostile(index: Int) {
    let (name, bytes, word) = Hostile.cases[index]
    expectRefusal("x.safetensors", word, of: name) { _ = try SafetensorsFile(bytes: bytes, file: "x.safetensors") }
  }

  @Test("paths that are no regular files are refused")
  func paths() throws {
    let directory = try ScratchDirectory()
    expectRefusal("regular") { _ = try SafetensorsFile(path: directory.path) }
    expectRefusal("cannot be opened") { _ = try SafetensorsFile(path: directory.file("none")) }
    mkfifo(directory.file("pipe"), 0o600)
    expectRefusal("regular") { _ = try SafetensorsFile(path: directory.file("pipe")) }
    expectRefusal("regular") { _ = try SafetensorsFile(path: "/dev/zero") }
    _ = FileManager.default.createFile(atPath: directory.file("huge"), contents: nil)
    truncate(directory.file("huge"), (1 << 30) + 1)
    expectRefusal("1073741825 bytes") { _ = try SafetensorsFile(path: directory.file("huge")) }
  }

  @Test("2,000 mutated headers: refused, or consistent to the last byte")
  func fuzz() throws {
    let tensors: [(name: String, tensor: Tensor)] = [
      ("alpha", Tensor(shape: [2, 3], repeating: 1)), ("beta", Tensor(shape: [4], repeating: 2)),
      ("gamma", Tensor(shape: [], repeating: 3)),
    ]
    let good = try SafetensorsFile.encode(tensors, metadata: ["k": "v"])
    let headerEnd = 8 + Int(good[0]) + Int(good[1]) << 8
    let alphabet = Array(#"{}[]",:\u0129-.eE truenlF36BI_"#.utf8) + [0, 255, 128]
    var refused = 0
    for seed in 0..<2000 {
      var random = TestRandom(seed: UInt64(seed))
      var bytes = good
      for _ in 0...random.below(4) {
        let place = random.below(20) == 0 ? random.below(8) : 8 + random.below(headerEnd - 8)
        switch random.below(4) {
        case 0: bytes[place] = alphabet[random.below(alphabet.count)]
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes[place] ^= 1 << UInt8(random.below(8))
        default: bytes.swapAt(place, 8 + random.below(headerEnd - 8))
        }
      }
      if random.below(10) == 0 { bytes.removeLast(random.below(bytes.count)) }
      do {
        let file = try SafetensorsFile(bytes: bytes)
        #expect(Set(file.tensors.map(\.name)).count == file.tensors.count, "seed \(seed)")
        #expect(file.tensors.allSatisfy { $0.tensor.values.allSatisfy(\.isFinite) }, "seed \(seed)")
        let count = file.tensors.reduce(0) { $0 + $1.tensor.values.count }
        // Types of two or eight bytes may have come about, hence a range.
        #expect((11...22).contains(count) || bytes.count != good.count, "seed \(seed): \(count)")
      } catch is ModelError { refused += 1 }
    }
    #expect(refused > 1000, "only \(refused) refused")
  }
}
