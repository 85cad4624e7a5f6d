import Core
import Feed
import Foundation

/// Finds the files to import and what they hold: from the `index.json` beside or above them, from what is said, and from
/// their names.
package struct SourceList {
  /// No import reads more files.
  package static let limit = 10_000

  /// What is said about all files; nil: found out.
  package var source: String?
  package var instrument: String?
  package var hours: String?
  package var timeframe: Timeframe?

  /// Nothing said.
  package init() {}

  /// The files at paths, which are files or directories. Throws `CatalogError`, `FeedError`.
  package func sources(_ paths: [String]) throws -> [Importer.Source] {
    var found: [Importer.Source] = []
    for path in paths { found += try sources(at: path) }
    guard found.count <= Self.limit else {
      throw CatalogError(.usage, "\(found.count) files; at most \(Self.limit) are read at a time")
    }
    return found
  }

  private func sources(at path: String) throws -> [Importer.Source] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw CatalogError(.missing, "\(path): no such file or directory")
    }
    guard isDirectory.boolValue else { return [try source(of: path, DataIndex.record(of: path))] }
    let index = "\(path)/index.json"
    if FileManager.default.fileExists(atPath: index) {
      return try DataIndex(path: index).records.map { try source(of: "\(path)/\($0.path)", $0) }
    }
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    let files = names.filter { $0.hasSuffix(".csv") || $0.hasSuffix(".csv.gz") }.sorted()
    guard !files.isEmpty else { throw CatalogError(.missing, "\(path): no file ends in .csv or .csv.gz") }
    return try files.map { try source(of: "\(path)/\($0)", DataIndex.record(of: "\(path)/\($0)")) }
  }

  private func source(of path: String, _ record: DataIndex.Record?) throws -> Importer.Source {
    guard let instrument = instrument ?? record?.instrument ?? Self.instrument(from: path) else {
      throw CatalogError(.usage, "\(path): its name does not tell the instrument; say --instrument")
    }
    return Importer.Source(
      path: path, source: source ?? record?.venue.map { Self.source(from: $0) } ?? "local", instrument: instrument,
      hours: hours ?? record?.calendar?.name ?? "always-open", timeframe: timeframe)
  }

  /// A venue in words as a name: `Binance USD-M futures` is `binance-usd-m-futures`; what is in brackets is left out.
  static func source(from venue: String) -> String {
    let words = venue.prefix { $0 != "(" }.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return words.isEmpty ? "local" : String(words.joined(separator: "-").prefix(64))
  }

  /// The name of a file up to its first `-`, `_` or `.`, as exchanges name their downloads: `BTCUSDT-1h-2024-01.csv`.
  static func instrument(from path: String) -> String? {
    let name = URL(fileURLWithPath: path).lastPathComponent.prefix { !"-_.".contains($0) }
    return Catalog.isName(String(name)) ? String(name) : nil
  }
}
