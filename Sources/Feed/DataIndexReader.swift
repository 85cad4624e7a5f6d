import Core
import Foundation

/// Reads one record of an index and gathers what is wrong with it.
struct DataIndexReader {
  let entry: JSONTree
  /// Place of the record in the index, such as `files[3]`.
  let name: String
  /// Field, value, what is wrong and what to do, a line each.
  private(set) var faults: [String] = []

  init(entry: JSONTree, name: String) { (self.entry, self.name) = (entry, name) }

  mutating func record() -> DataIndex.Record {
    guard entry.members != nil else {
      faults.append("\(name): is \(shown(entry)), no record; write an object with instrument and path")
      return DataIndex.Record(instrument: "", path: "")
    }
    var record = DataIndex.Record(instrument: text("instrument") ?? "", path: text("path") ?? "")
    if record.instrument.isEmpty { missing("instrument", "write the symbol") }
    if !record.instrument.isEmpty, !DataIndex.isName(record.instrument) {
      fault("instrument", "has spaces or characters that are not ASCII; write the symbol alone")
    }
    if record.path.isEmpty { missing("path", "write the path of the bar file from the directory of the index") }
    let parts = record.path.split(separator: "/", omittingEmptySubsequences: false)
    if record.path.hasPrefix("/") || parts.contains("..") || record.path.utf8.contains(0) {
      fault("path", "leaves the directory of the index; write a path below it")
    }
    record.assetClass = text("asset_class")
    if let word = record.assetClass, !DataIndex.isName(word) {
      fault("asset_class", "is not one word; write for example crypto_spot, or leave it out")
    }
    record.venue = text("venue")
    record.timeframe = text("timeframe").flatMap { text in
      let timeframe = Timeframe(text)
      if timeframe == nil { fault("timeframe", "is no bar length; write for example 5m, 1h or 1d, or leave it out") }
      return timeframe
    }
    record.isAlwaysOpen = text("session").map { $0 == "24x7" }
    readNumbers(&record)
    record.isSynthetic =
      entry["synthetic"]?.bool == true
      || [record.path, record.venue ?? "", text("origin") ?? ""].contains {
        $0.lowercased().contains("synthetic") || $0.lowercased().contains("simulated")
      }
    return record
  }

  private mutating func readNumbers(_ record: inout DataIndex.Record) {
    if let hash = text("sha256") {
      record.sha256 = hash.lowercased()
      if hash.utf8.count != 64 || !hash.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) {
        fault("sha256", "is not 64 hexadecimal digits; write that of the file, or leave it out")
      }
    }
    if let value = entry["rows"], !value.isNull {
      record.rows = value.integer.flatMap { $0 >= 0 && $0 <= 1 << 40 ? Int($0) : nil }
      if record.rows == nil { fault("rows", "is no count; write the rows of the file, or leave it out") }
    }
    if let value = entry["tick_size_observed"], !value.isNull {
      if case .number(let digits) = value { record.tickSizeObserved = Decimal(string: digits).map { "\($0)" } }
      if record.tickSizeObserved == nil { fault("tick_size_observed", "is no number; write one, or leave it out") }
    }
  }

  /// A text that is there; nil where it is missing or null. Anything else is a fault.
  private mutating func text(_ key: String) -> String? {
    guard let value = entry[key], !value.isNull else { return nil }
    guard let text = value.string else {
      fault(key, "is no text; put it in quotes")
      return nil
    }
    guard text.utf8.count <= 1024 else {
      fault(key, "is longer than 1024 bytes; shorten it")
      return nil
    }
    return text.isEmpty ? nil : text
  }

  private mutating func missing(_ key: String, _ remedy: String) {
    if entry[key] == nil || entry[key]?.isNull == true || entry[key]?.string == "" {
      faults.append("\(name).\(key): is missing; \(remedy)")
    }
  }

  private mutating func fault(_ key: String, _ words: String) {
    faults.append("\(name).\(key) = \(entry[key].map(shown) ?? "nothing"): \(words)")
  }

  private func shown(_ value: JSONTree) -> String {
    let text = value.summary.unicodeScalars.prefix(80).map { $0.value < 32 || $0.value == 127 ? "?" : String($0) }
    return text.joined()
  }
}

extension DataIndex {
  /// Whether a text can be a symbol or a class: one word of printable ASCII.
  public static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
  }
}
