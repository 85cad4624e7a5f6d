import Bot
import Feed
import Foundation

/// What there is to evaluate: the files of a directory of market data, by its `index.json` or, without one, by its folders.
/// What an index says of a file is held against the file later.
package struct EvaluationFiles: Sendable {
  /// Most files of one evaluation.
  package static let mostFiles = 10_000

  /// The data directory.
  package let directory: String
  /// Files in the order of their paths.
  package let records: [DataIndex.Record]
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
    let index = "\(path)/\(DataIndex.fileName)"
    if FileManager.default.fileExists(atPath: index) {
      records = try Self.listed(index, directory: path)
      assumptions = []
    } else {
      records = try Self.walk(path)
      assumptions = [
        "There is no index.json: symbols are the names of the files, the asset class is guessed from the symbol unless the "
          + "protocol or --asset-class says it, and no SHA-256 could be compared."
      ]
    }
  }

  /// Records of an index, each of a file of its own that is there.
  private static func listed(_ index: String, directory: String) throws -> [DataIndex.Record] {
    let records: [DataIndex.Record]
    do { records = try DataIndex(path: index).records } catch { throw StartError("\(error)", exitCode: 65) }
    guard !records.isEmpty, records.count <= mostFiles else {
      throw StartError("\(index): files: has \(records.count) records, 1 to \(mostFiles) are read", exitCode: 65)
    }
    var faults: [String] = []
    var seen: Set<String> = []
    for (place, record) in records.enumerated() {
      let field = "files[\(place)].path = \(record.path)"
      if !FileManager.default.fileExists(atPath: "\(directory)/\(record.path)") {
        faults.append("\(field): there is no such file; restore it or remove the record")
      } else if !seen.insert(record.path).inserted {
        faults.append("\(field): is there twice; keep one record of a file")
      }
    }
    guard faults.isEmpty else { throw StartError("\(index): \(DataIndex.list(faults))", exitCode: 65) }
    return records.sorted { $0.path < $1.path }
  }

  /// Bar files of a directory and of its folders, three deep at most.
  private static func walk(_ directory: String) throws -> [DataIndex.Record] {
    var records: [DataIndex.Record] = []
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
          guard DataIndex.isName(symbol) else { continue }
          var record = DataIndex.Record(instrument: symbol, path: path)
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
