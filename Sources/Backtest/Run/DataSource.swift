import Bot
import Catalog
import Core
import Feed
import Foundation
import Settings

/// Where the bars of a backtest come from.
package enum DataSource: Sendable {
  /// A bar file, named by its instrument.
  case file(String)
  /// A series of the catalog.
  case series(Catalog, Catalog.Selection)
  /// A bar file of an instrument that is known, whatever name and place of the file say.
  case known(String, Instrument)

  /// Files as given, the bar files of directories in the order of their names, and what the catalog has under the other
  /// texts. Throws `StartError` for a text that is nothing of these.
  package static func resolve(_ texts: [String], catalog: Catalog) throws -> [DataSource] {
    var sources: [DataSource] = []
    for text in texts {
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: text, isDirectory: &isDirectory) {
        sources += isDirectory.boolValue ? try files(in: text) : [.file(text)]
      } else {
        do { sources += try catalog.resolve(text).map { .series(catalog, $0) } } catch {
          throw StartError(
            "--data \(text): no such file or directory, and the catalog at \(catalog.directory) says: \(error)",
            exitCode: 66)
        }
      }
    }
    return sources
  }

  private static func files(in directory: String) throws -> [DataSource] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let found = names.filter { $0.hasSuffix(".csv") || $0.hasSuffix(".csv.gz") }.sorted()
    guard !found.isEmpty else { throw StartError("\(directory): no .csv or .csv.gz file in it", exitCode: 66) }
    return found.map { .file(directory + (directory.hasSuffix("/") ? "" : "/") + $0) }
  }

  /// What the report calls it: never a directory, so that moved data give the same report.
  package var name: String {
    switch self {
    case .file(let path), .known(let path, _): URL(fileURLWithPath: path).lastPathComponent
    case .series(_, let selection):
      "\(selection.entry.source)/\(selection.entry.instrument):\(selection.entry.timeframe)"
    }
  }

  /// SHA-256 of the bytes that the bars are read from. Throws `StartError`.
  package func digest() throws -> String {
    switch self {
    case .series(_, let selection): return selection.entry.digest
    case .file(let path), .known(let path, _):
      do { return try Importer.digest(of: path).hex } catch { throw StartError("\(error)", exitCode: 66) }
    }
  }

  /// Opens all sources as one stream. Throws `StartError` naming the source and the remedy.
  package static func open(
    _ sources: [DataSource], timeframe: Timeframe?, rules: InstrumentSettings
  ) throws -> MarketSource {
    try MarketSource.joined(sources, timeframe: timeframe, name: \.name) { try $0.open($1, rules) }
  }

  private func open(_ id: InstrumentID, _ rules: InstrumentSettings) throws -> (any BarSeries, Instrument) {
    switch self {
    case .file(let path):
      let (reader, instrument) = try MarketSource.file(path, id: id, rules: rules)
      return (reader, instrument)
    case .known(let path, let instrument):
      let reader = try ReplayFile(path: path, instrument: id, calendar: instrument.calendar)
      return (reader, instrument.with(id: id))
    case .series(let catalog, let selection):
      let opened = try catalog.open(selection, instrument: id)
      let times = (0..<min(256, opened.count)).map { opened.openTime(at: $0) }
      let (instrument, _) = rules.instrument(symbol: selection.entry.instrument, id: id, times: times)
      return (CataloguedBars(series: opened, path: name), instrument)
    }
  }
}

/// A series of the catalog among files.
struct CataloguedBars: BarSeries {
  var series: CatalogSeries
  let path: String
  var instrument: InstrumentID { series.instrument }
  var timeframe: Timeframe { series.timeframe }
  /// Import has looked at every row.
  var quality: FeedQuality { FeedQuality() }
  var rowErrors: [RowError] { [] }
  mutating func next() -> Bar? { series.next() }
}

extension Instrument {
  /// The same instrument at another place.
  fileprivate func with(id: InstrumentID) -> Instrument {
    Instrument(
      id: id, symbol: symbol, venue: venue, kind: kind, isShortable: isShortable, calendar: calendar, rules: rules,
      feeAsset: feeAsset)
  }
}
