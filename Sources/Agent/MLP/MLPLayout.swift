import Foundation

extension MLPNetwork {
  private struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let data_offsets: [Int]
  }

  /// Longest header that is read.
  static let headerLimit = 1 << 20

  /// Checks what the loader rules of the format ask for beyond a readable file: header of at most 1 MiB, only F32, and
  /// offsets that follow one another without gap from 0 to the end of the file. Throws `PolicyError.unavailable`.
  static func checkLayout(_ bytes: [UInt8]) throws {
    guard bytes.count >= 8 else { throw PolicyError.unavailable("the file has \(bytes.count) bytes, no header") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(headerLimit), 8 + Int(length) <= bytes.count else {
      throw PolicyError.unavailable("header of \(length) bytes: more than 1 MiB or than the file has")
    }
    let header = Data(bytes[8..<8 + Int(length)])
    guard let object = try? JSONSerialization.jsonObject(with: header) as? [String: Any] else {
      throw PolicyError.unavailable("the header is not a JSON object")
    }
    var entries: [(name: String, entry: Entry)] = []
    for name in object.keys.sorted() where name != "__metadata__" {
      guard let part = object[name], JSONSerialization.isValidJSONObject(part),
        let data = try? JSONSerialization.data(withJSONObject: part),
        let entry = try? JSONDecoder().decode(Entry.self, from: data), entry.data_offsets.count == 2
      else { throw PolicyError.unavailable("the header's entry \(name.prefix(60)) is damaged") }
      entries.append((name, entry))
    }
    entries.sort { ($0.entry.data_offsets[0], $0.name) < ($1.entry.data_offsets[0], $1.name) }
    var end = 0
    for (name, entry) in entries {
      guard entry.dtype == "F32" else {
        throw PolicyError.unavailable("tensor \(name.prefix(60)) is \(entry.dtype.prefix(20)), not F32")
      }
      var elements = 1
      for size in entry.shape {
        let (product, overflow) = elements.multipliedReportingOverflow(by: size)
        guard size >= 0, !overflow, product <= bytes.count else {
          throw PolicyError.unavailable("tensor \(name.prefix(60)) has the impossible shape \(entry.shape.prefix(8))")
        }
        elements = product
      }
      guard entry.data_offsets[0] == end, entry.data_offsets[1] == end + 4 * elements else {
        throw PolicyError.unavailable("tensor \(name.prefix(60)) is at \(entry.data_offsets), expected at \(end)")
      }
      end += 4 * elements
    }
    guard 8 + Int(length) + end == bytes.count else {
      throw PolicyError.unavailable("tensors end at \(8 + Int(length) + end) of \(bytes.count) bytes")
    }
  }
}
