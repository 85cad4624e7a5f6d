/// The checked header of a safetensors file: every entry lies inside the data area, the entries cover it without gap or
/// overlap, and every size was computed without overflow.
///
/// Format: https://github.com/huggingface/safetensors (8 bytes length, JSON header, data).
struct SafetensorsHeader {
  /// Most bytes of JSON accepted.
  static let maxBytes = 1 << 20
  /// Most tensors accepted.
  static let maxTensors = 16_384
  /// Most axes of a tensor.
  static let maxAxes = 8
  /// Longest name of a tensor, in bytes.
  static let maxNameBytes = 256
  /// Most entries of `__metadata__`.
  static let maxMetadata = 256

  enum ElementType: String {
    case float32 = "F32"
    case brainFloat16 = "BF16"
    case int8 = "I8"
    case int32 = "I32"
    case int64 = "I64"

    var byteCount: Int {
      switch self {
      case .int8: 1
      case .brainFloat16: 2
      case .float32, .int32: 4
      case .int64: 8
      }
    }
  }

  struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    let count: Int
    /// Bytes of the file, counted from its start.
    let range: Range<Int>
  }

  /// In the order of the data.
  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  /// Parses and checks the header of `bytes`, the whole file.
  init(_ bytes: UnsafeRawBufferPointer, file: String) throws {
    guard bytes.count >= 8 else {
      throw ModelError(file: file, reason: "has \(bytes.count) bytes, a safetensors file has at least 8")
    }
    var length: UInt64 = 0
    for index in 0..<8 { length |= UInt64(bytes[index]) << (8 * index) }
    guard length <= UInt64(Self.maxBytes) else {
      throw ModelError(file: file, reason: "header of \(length) bytes, at most \(Self.maxBytes) are read")
    }
    guard 8 + Int(length) <= bytes.count else {
      throw ModelError(file: file, reason: "header of \(length) bytes in a file of \(bytes.count)")
    }
    let dataStart = 8 + Int(length)
    var reader = HeaderReader([UInt8](bytes[8..<dataStart])[...], origin: 8)
    do {
      try parse(&reader, dataStart: dataStart, fileSize: bytes.count)
    } catch let failure as HeaderReader.Failure {
      throw ModelError(file: file, reason: failure.reason)
    } catch let refusal as Refusal {
      throw ModelError(file: file, subject: "tensor \(refusal.name)", reason: refusal.reason)
    }
    try checkCoverage(dataStart: dataStart, fileSize: bytes.count, file: file)
  }

  private struct Refusal: Error {
    let name: String
    let reason: String
  }

  private mutating func parse(_ reader: inout HeaderReader, dataStart: Int, fileSize: Int) throws {
    var names: Set<String> = []
    try reader.expect("{")
    if !reader.take("}") {
      repeat {
        let name = try reader.string()
        guard !name.isEmpty, name.utf8.count <= Self.maxNameBytes else {
          throw reader.fail("tensor name of \(name.utf8.count) bytes, 1 to \(Self.maxNameBytes) are allowed")
        }
        guard names.insert(name).inserted else { throw Refusal(name: name, reason: "appears twice") }
        try reader.expect(":")
        if name == "__metadata__" {
          try parseMetadata(&reader)
        } else {
          guard entries.count < Self.maxTensors else { throw reader.fail("more than \(Self.maxTensors) tensors") }
          entries.append(try parseEntry(&reader, name: name, dataStart: dataStart, fileSize: fileSize))
        }
      } while reader.take(",")
      try reader.expect("}")
    }
    guard reader.isAtEnd() else { throw reader.fail("text after the closing brace") }
  }

  private mutating func parseMetadata(_ reader: inout HeaderReader) throws {
    try reader.expect("{")
    if reader.take("}") { return }
    repeat {
      guard metadata.count < Self.maxMetadata else { throw reader.fail("more than \(Self.maxMetadata) metadata") }
      let key = try reader.string()
      try reader.expect(":")
      guard metadata.updateValue(try reader.string(), forKey: key) == nil else {
        throw Refusal(name: "__metadata__", reason: "key \(key) appears twice")
      }
    } while reader.take(",")
    try reader.expect("}")
  }

  private func parseEntry(
    _ reader: inout HeaderReader, name: String, dataStart: Int, fileSize: Int
  ) throws -> Entry {
    var typeName: String?
    var shape: [Int]?
    var offsets: [Int]?
    try reader.expect("{")
    repeat {
      let key = try reader.string()
      try reader.expect(":")
      switch key {
      case "dtype" where typeName == nil: typeName = try reader.string()
      case "shape" where shape == nil: shape = try reader.counts(limit: Self.maxAxes)
      case "data_offsets" where offsets == nil: offsets = try reader.counts(limit: 2)
      default: throw Refusal(name: name, reason: "field \(key) is unknown or appears twice")
      }
    } while reader.take(",")
    try reader.expect("}")
    guard let typeName, let shape, let offsets, offsets.count == 2 else {
      throw Refusal(name: name, reason: "needs dtype, shape and two data_offsets")
    }
    guard let type = ElementType(rawValue: typeName) else {
      throw Refusal(name: name, reason: "dtype \(typeName), only F32, BF16, I8, I32 and I64 are read")
    }
    guard offsets[0] <= offsets[1], offsets[1] <= fileSize - dataStart else {
      throw Refusal(name: name, reason: "data_offsets \(offsets) do not lie in a data area of \(fileSize - dataStart)")
    }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { throw Refusal(name: name, reason: "shape \(shape) has too many elements") }
      count = product
    }
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    guard !overflow, byteCount == offsets[1] - offsets[0] else {
      throw Refusal(name: name, reason: "\(typeName) \(shape) does not fill data_offsets \(offsets)")
    }
    return Entry(
      name: name, type: type, shape: shape, count: count, range: (dataStart + offsets[0])..<(dataStart + offsets[1]))
  }

  private mutating func checkCoverage(dataStart: Int, fileSize: Int, file: String) throws {
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = dataStart
    for entry in entries {
      guard entry.range.lowerBound == end else {
        let kind = entry.range.lowerBound > end ? "a gap before it" : "an overlap with its neighbour"
        throw ModelError(
          file: file, subject: "tensor \(entry.name)",
          reason: "starts at data byte \(entry.range.lowerBound - dataStart), expected \(end - dataStart): \(kind)")
      }
      end = entry.range.upperBound
    }
    guard end == fileSize else {
      throw ModelError(file: file, reason: "\(fileSize - end) bytes after the last tensor belong to none")
    }
  }
}
