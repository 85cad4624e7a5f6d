import Bot
import Core
import Feed
import Files
import Foundation

/// What there is to evaluate: the files of a directory of market data, by its `index.json` or, without one, by its folders.
///
/// Nothing in an index is believed without a look: every field has its type and its bounds, and what it says of a file is
/// held against the file later.
package struct EvaluationIndex: Sendable {
  /// Largest index, in bytes.
  package static let sizeLimit = 16 << 20
  /// Most files of one evaluation.
  package static let mostFiles = 10_000
  /// Most faults that are told at once.
  private static let mostFaults = 20
  /// Name of the index.
  package static let fileName = "index.json"

  /// One bar file.
  package struct Record: Sendable, Hashable {
    /// Symbol.
    package var instrument: String
    /// Path from the data directory.
    package var path: String
    /// As the index names it; nil where nothing says it.
    package var assetClass: String?
    package var venue: String?
    package var timeframe: Timeframe?
    /// Whether the market never closes; nil where nothing says it.
    package var isAlwaysOpen: Bool?
    /// SHA-256 of the file in lower-case hex; nil where nothing says it.
    package var sha256: String?
    /// Rows of the file without its header; nil where nothing says it.
    package var rows: Int?
    /// Whether the prices were made up.
    package var isSynthetic = false

    /// A record of which nothing else is known.
    package init(instrument: String, path: String, assetClass: String? = nil) {
      (self.instrument, self.path, self.assetClass) = (instrument, path, assetClass)
    }

    /// First folder of the path; empty for a file of the directory itself.
    package var folder: String {
      path.firstIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
  }

  /// The data directory.
  package let directory: String
  /// Files in the order of their paths.
  package let records: [Record]
  /// What had to be assumed, in sentences.
  package let assumptions: [String]

  /// Reads `index.json` of a directory, or looks for bar files in it and in its folders. Throws `StartError`: 66 for no such
  /// directory or nothing in it, 65 for an index that says something impossible, with file, field, value and remedy.
  package init(directory: String) throws {
    var path = directory
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.directory = path
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw StartError("--data \(path): no such directory", exitCode: 66)
    }
    let index = "\(path)/\(Self.fileName)"
    if FileManager.default.fileExists(atPath: index) {
      let bytes: [UInt8]
      do { bytes = try BoundedFile.read(index, limit: Self.sizeLimit) } catch {
        throw StartError("\(error)", exitCode: 65)
      }
      records = try Self.parse(bytes, file: index, directory: path)
      assumptions = []
    } else {
      records = try Self.walk(path)
      assumptions = [
        "There is no index.json: symbols are the names of the files, the asset class is guessed from the symbol unless the "
          + "protocol or --asset-class says it, and no SHA-256 could be compared."
      ]
    }
  }

  // MARK: - With an index

  static func parse(_ bytes: [UInt8], file: String, directory: String) throws -> [Record] {
    let tree: JSONTree
    do { tree = try JSONTree.parse(bytes) } catch {
      throw StartError("\(file): is not JSON: \(error); write it anew or remove it", exitCode: 65)
    }
    guard let files = tree["files"]?.array else {
      throw StartError(
        "\(file): files: is missing or no list; one record for each bar file belongs there", exitCode: 65)
    }
    guard !files.isEmpty, files.count <= mostFiles else {
      throw StartError("\(file): files: has \(files.count) records, 1 to \(mostFiles) are read", exitCode: 65)
    }
    var faults: [String] = []
    var seen: Set<String> = []
    var records: [Record] = []
    for (place, entry) in files.enumerated() {
      var reader = RecordReader(entry: entry, name: "\(file): files[\(place)]", directory: directory)
      let record = reader.record()
      if reader.faults.isEmpty, !seen.insert(record.path).inserted {
        reader.faults.append("\(reader.name).path = \(record.path): is there twice; keep one record of a file")
      }
      faults += reader.faults
      records.append(record)
    }
    guard faults.isEmpty else {
      let more = faults.count > mostFaults ? "\nand \(faults.count - mostFaults) more" : ""
      throw StartError(faults.prefix(mostFaults).joined(separator: "\n") + more, exitCode: 65)
    }
    return records.sorted { $0.path < $1.path }
  }

  // MARK: - Without one

  /// Bar files of a directory and of its folders, three deep at most.
  private static func walk(_ directory: String) throws -> [Record] {
    var records: [Record] = []
    var folders: [(path: String, depth: Int)] = [("", 0)]
    while let folder = folders.popLast() {
      let whole = folder.path.isEmpty ? directory : "\(directory)/\(folder.path)"
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: whole)) ?? []).sorted() {
        let path = folder.path.isEmpty ? name : "\(folder.path)/\(name)"
        var isDirectory: ObjCBool = false
        guard !name.hasPrefix("."),
          FileManager.default.fileExists(atPath: "\(directory)/\(path)", isDirectory: &isDirectory)
        else { continue }
        if isDirectory.boolValue {
          if folder.depth < 3 { folders.append((path, folder.depth + 1)) }
        } else if name.hasSuffix(".csv") || name.hasSuffix(".csv.gz") {
          let symbol = String(name.prefix { $0 != "." })
          guard RecordReader.isName(symbol) else { continue }
          var record = Record(instrument: symbol, path: path)
          record.isSynthetic = path.lowercased().contains("synthetic")
          records.append(record)
        }
      }
    }
    guard !records.isEmpty, records.count <= mostFiles else {
      throw StartError(
        "--data \(directory): \(records.count) files of bars (.csv, .csv.gz), 1 to \(mostFiles) are read", exitCode: 66)
    }
    return records.sorted { $0.path < $1.path }
  }
}

/// Reads one record of an index and gathers what is wrong with it.
private struct RecordReader {
  let entry: JSONTree
  let name: String
  let directory: String
  var faults: [String] = []

  static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
  }

  mutating func record() -> EvaluationIndex.Record {
    guard entry.members != nil else {
      faults.append("\(name): is \(shown(entry)), no record; write an object with instrument and path")
      return EvaluationIndex.Record(instrument: "", path: "")
    }
    var record = EvaluationIndex.Record(instrument: text("instrument") ?? "", path: text("path") ?? "")
    if record.instrument.isEmpty { missing("instrument", "write the symbol") }
    if !record.instrument.isEmpty, !Self.isName(record.instrument) {
      fault("instrument", "has spaces or characters that are not ASCII; write the symbol alone")
    }
    if record.path.isEmpty { missing("path", "write the path of the bar file from the directory of the index") }
    checkPath(record.path)
    record.assetClass = text("asset_class")
    if let word = record.assetClass, !Self.isName(word) {
      fault("asset_class", "is not one word; write for example crypto_spot, or leave it out")
    }
    record.venue = text("venue")
    record.timeframe = text("timeframe").flatMap { text in
      let timeframe = Timeframe(text)
      if timeframe == nil { fault("timeframe", "is no bar length; write for example 5m, 1h or 1d, or leave it out") }
      return timeframe
    }
    record.isAlwaysOpen = text("session").map { $0 == "24x7" }
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
    record.isSynthetic =
      entry["synthetic"]?.bool == true
      || [record.path, record.venue ?? "", text("origin") ?? ""].contains {
        $0.lowercased().contains("synthetic") || $0.lowercased().contains("simulated")
      }
    return record
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

  private mutating func checkPath(_ path: String) {
    guard !path.isEmpty else { return }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !path.hasPrefix("/"), !parts.contains(".."), !path.utf8.contains(0) else {
      return fault("path", "leaves the directory of the index; write a path below it")
    }
    guard FileManager.default.fileExists(atPath: "\(directory)/\(path)") else {
      return fault("path", "there is no such file; restore it or remove the record")
    }
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
