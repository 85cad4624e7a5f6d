import Catalog
import Core
import Foundation

/// A directory that is removed with the object.
final class TemporaryPlace {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/catalog-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var catalog: Catalog { Catalog(directory: path + "/catalog") }

  func write(_ text: String, _ name: String) throws -> String {
    try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    return "\(path)/\(name)"
  }

  /// Imports files as one series or several.
  func load(_ paths: String..., hours: String = "always-open") throws -> [CatalogEntry] {
    var list = SourceList()
    list.hours = hours
    return try Importer.groups(try list.sources(paths)).map { try Importer(catalog).load($0) }
  }

  /// Names of the files in the catalog that hold bars.
  var barFiles: [String] {
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".bars") }.map { "\(path)/\($0)" }.sorted()
  }
}

let header = "timestamp_ms,open,high,low,close,volume\n"
let btc = InstrumentID(index: 0)

/// A row of a bar of one hour.
func row(_ hour: Int, close: String = "11", volume: String = "1") -> String {
  "\(1_700_002_800_000 + hour * 3_600_000),10,12,9,\(close),\(volume)\n"
}

/// Rows of bars of one hour.
func rows(_ hours: some Sequence<Int>) -> String { hours.map { row($0, volume: "\($0 + 1)") }.joined() }

func drain(_ series: CatalogSeries) -> [Bar] {
  var series = series
  var bars: [Bar] = []
  while let bar = series.next() { bars.append(bar) }
  return bars
}
