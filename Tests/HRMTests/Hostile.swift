/// Safetensors files that must be refused: a name, the bytes, and a word of the reason.
enum Hostile {
  static func file(_ header: String, _ data: [UInt8], length: UInt64? = nil) -> [UInt8] {
    file(Array(header.utf8), data, length: length)
  }

  static func file(_ header: [UInt8], _ data: [UInt8], length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + header + data
  }

  static func entry(_ name: String, _ shape: String, _ offsets: String, type: String = "F32") -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static func one(_ shape: String, _ offsets: String, type: String = "F32", data: Int = 8) -> [UInt8] {
    file("{" + entry("a", shape, offsets, type: type) + "}", zeros(data))
  }

  static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  static func two(_ first: String, _ second: String, data: Int = 16) -> [UInt8] {
    file("{" + entry("a", "[2]", first) + "," + entry("b", "[2]", second) + "}", zeros(data))
  }

  static let cases: [(name: String, bytes: [UInt8], word: String)] = sizes + texts + entries + layouts + values

  static let sizes: [(name: String, bytes: [UInt8], word: String)] = [
    ("empty file", [], "at least 8"), ("seven bytes", zeros(7), "at least 8"),
    ("no header", zeros(8), "expected '{'"),
    ("header longer than the file", file("{}", [], length: 3), "in a file of 10"),
    ("header of 2^64 - 1 bytes", file("{}", [], length: .max), "at most 1048576"),
    ("header of 2^63 bytes", file("{}", [], length: 1 << 63), "at most 1048576"),
    ("header over the limit", file([UInt8](repeating: 32, count: (1 << 20) + 1), []), "at most 1048576"),
    ("header cut", file("{\"a\"", [], length: nil), "expected ':'"),
  ]

  static let texts: [(name: String, bytes: [UInt8], word: String)] = [
    ("a list", file("[]", []), "expected '{'"), ("text after", file("{}x", []), "after the closing brace"),
    ("two objects", file("{}{}", []), "after the closing brace"),
    ("not UTF-8", file(Array("{\"".utf8) + [0xC3, 0x28] + Array("\":1}".utf8), []), "UTF-8"),
    ("control character", file("{\"a\nb\":{}}", []), "control character 10"),
    ("unknown escape", file(#"{"\q":{}}"#, []), "escape"),
    ("half a surrogate", file(#"{"\ud800":{}}"#, []), "surrogate"),
    ("low surrogate first", file(#"{"\udc00\ud800":{}}"#, []), "surrogate"),
    ("bad hex", file(#"{"\u00g0":{}}"#, []), "hex"),
    ("open string", file("{\"abc", []), "without an end"), ("open escape", file("{\"abc\\", []), "without an end"),
    ("deep nesting", file("{\"a\":" + String(repeating: "[", count: 100_000), []), "expected '{'"),
    ("nested metadata", file(#"{"__metadata__":{"a":{"b":"c"}}}"#, []), "expected '\"'"),
    ("metadata twice", file(#"{"__metadata__":{},"__metadata__":{}}"#, []), "appears twice"),
    ("metadata key twice", file(#"{"__metadata__":{"a":"1","a":"2"}}"#, []), "appears twice"),
    ("too much metadata", file(metadata(300), []), "more than 256"),
    ("trailing comma", file("{" + entry("a", "[2]", "[0,8]") + ",}", zeros(8)), "expected '\"'"),
    ("long string", file("{\"\(String(repeating: "a", count: 70_000))\":1}", []), "longer than 65536"),
  ]

  static func metadata(_ count: Int) -> String {
    "{\"__metadata__\":{" + (0..<count).map { "\"\($0)\":\"\"" }.joined(separator: ",") + "}}"
  }

  static let entries: [(name: String, bytes: [UInt8], word: String)] = [
    ("no name", file("{" + entry("", "[2]", "[0,8]") + "}", zeros(8)), "tensor name of 0"),
    ("long name", file("{" + entry(String(repeating: "n", count: 257), "[2]", "[0,8]") + "}", zeros(8)), "name of 257"),
    ("name twice", two("[0,8]", "[8,16]").replacing("\"b\"", with: "\"a\""), "tensor a: appears twice"),
    ("name twice by escape", file(twiceByEscape, zeros(16)), "tensor a: appears twice"),
    ("unknown field", file(#"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}"#, zeros(4)), "field x"),
    (
      "field twice", file(#"{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, zeros(4)),
      "field dtype"
    ),
    ("no shape", file(#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, zeros(4)), "needs dtype"),
    ("no offsets", file(#"{"a":{"dtype":"F32","shape":[1]}}"#, zeros(4)), "needs dtype"),
    ("empty entry", file(#"{"a":{}}"#, []), "expected '\"'"),
    ("entry is a number", file(#"{"a":1}"#, []), "expected '{'"),
    ("one offset", one("[2]", "[0]"), "two data_offsets"), ("three offsets", one("[2]", "[0,8,8]"), "more than 2"),
    ("nine axes", one("[1,1,1,1,1,1,1,1,2]", "[0,8]"), "more than 8"),
    ("F64", one("[1]", "[0,8]", type: "F64"), "dtype F64"),
    ("lower case", one("[2]", "[0,8]", type: "f32"), "dtype f32"),
    ("negative length", one("[-2]", "[0,8]"), "not negative"),
    ("negative offset", one("[2]", "[-8,0]"), "not negative"),
    ("fraction", one("[2.0]", "[0,8]"), "expected ']'"), ("exponent", one("[2e0]", "[0,8]"), "expected ']'"),
    ("leading zero", one("[02]", "[0,8]"), "leading zero"),
    ("length is a string", one("[\"2\"]", "[0,8]"), "whole number"),
    ("number over 64 bits", one("[2]", "[0,18446744073709551624]"), "too large"),
    ("number of 19 nines", one("[2]", "[0,9999999999999999999]"), "too large"),
    ("product overflows", one("[4294967296,4294967296]", "[0,8]"), "too many elements"),
    ("product wraps to 2", one("[9223372036854775807,2]", "[0,8]"), "too many elements"),
    ("bytes overflow", one("[4611686018427387904]", "[0,0]", data: 0), "does not fill"),
  ]

  static let twiceByEscape =
    "{" + entry("a", "[2]", "[0,8]") + "," + entry(#"\u0061"#, "[2]", "[8,16]") + "}"

  static let layouts: [(name: String, bytes: [UInt8], word: String)] = [
    ("too short", one("[3]", "[0,8]"), "does not fill"), ("too long", one("[1]", "[0,8]"), "does not fill"),
    ("backwards", one("[2]", "[8,0]"), "do not lie"), ("beyond the data", one("[2]", "[4,12]"), "do not lie"),
    ("end beyond Int", one("[2]", "[0,9223372036854775807]"), "do not lie"),
    ("gap before", one("[1]", "[4,8]"), "a gap"), ("gap between", two("[0,8]", "[12,20]", data: 20), "a gap"),
    ("overlap", two("[0,8]", "[4,12]", data: 12), "an overlap"),
    ("same bytes", two("[0,8]", "[0,8]", data: 8), "an overlap"),
    ("trailing bytes", one("[2]", "[0,8]", data: 9), "1 bytes after"),
    ("data without tensors", file("{}", [0]), "1 bytes after"),
    ("data cut", one("[2]", "[0,8]", data: 7), "do not lie"),
  ]

  static let values: [(name: String, bytes: [UInt8], word: String)] = [
    ("NaN", file("{" + entry("a", "[2]", "[0,8]") + "}", [0, 0, 0, 0, 0, 0, 0xC0, 0x7F]), "element 1 is nan"),
    ("infinity", file("{" + entry("a", "[1]", "[0,4]") + "}", [0, 0, 0x80, 0xFF]), "element 0 is -inf"),
    ("BF16 infinity", file("{" + entry("a", "[1]", "[0,2]", type: "BF16") + "}", [0x80, 0x7F]), "element 0 is inf"),
    (
      "I64 beyond a float", file("{" + entry("a", "[1]", "[0,8]", type: "I64") + "}", [1, 0, 0, 1, 0, 0, 0, 0]),
      "exactly"
    ),
    ("I32 beyond a float", file("{" + entry("a", "[1]", "[0,4]", type: "I32") + "}", [1, 0, 0, 1]), "exactly"),
  ]
}

extension [UInt8] {
  fileprivate func replacing(_ text: String, with other: String) -> [UInt8] {
    let old = Array(text.utf8)
    guard let start = indices.first(where: { self[$0...].starts(with: old) }) else { return self }
    return Array(self[..<start]) + Array(other.utf8) + Array(self[(start + old.count)...])
  }
}
