import Backtest
import Bot
import Catalog
import Core
import Feed
import Foundation
import Settings

/// What a corpus is made of: the same request over the same data always makes the same corpus.
package struct CorpusRequest: Sendable {
  /// No request names more sources.
  package static let sourceLimit = 5_000
  /// Directories within directories that are looked into.
  private static let depthLimit = 5

  /// Where bars come from, one instrument in one length each.
  package var sources: [DataSource]
  /// Only sources of this length of bars are taken; nil: all. Bars are never added up to longer ones.
  package var timeframe: Timeframe?
  /// Validation begins here for every class of market; nil: where `MarketClass` says.
  package var cut: Timestamp?
  /// What a decision must have.
  package var rules = CorpusRules()
  /// How training keeps clear of validation.
  package var split = SplitRule()
  /// What is known of instruments.
  package var instruments: InstrumentSettings

  /// A request for sources as given.
  package init(sources: [DataSource], instruments: InstrumentSettings) {
    self.sources = sources
    self.instruments = instruments
  }

  /// A request for files, directories with all that is in them, and queries of a catalog. Of a directory with an `index.json`
  /// the files of the index are taken, in its order; of any other the bar files by name, then the directories in it.
  ///
  /// - Throws: `StartError` for a text that is nothing of these, and for too many sources.
  package init(_ texts: [String], catalog: Catalog, instruments: InstrumentSettings) throws {
    var sources: [DataSource] = []
    for text in texts {
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: text, isDirectory: &isDirectory), isDirectory.boolValue {
        let files = try Self.files(in: text, depth: 0)
        guard !files.isEmpty else { throw StartError("\(text): no .csv or .csv.gz file in it", exitCode: 66) }
        sources += files.map { .file($0) }
      } else {
        sources += try DataSource.resolve([text], catalog: catalog)
      }
      guard sources.count <= Self.sourceLimit else {
        throw StartError("\(text): more than \(Self.sourceLimit) sources; name fewer", exitCode: 66)
      }
    }
    self.init(sources: sources, instruments: instruments)
  }

  private static func files(in directory: String, depth: Int) throws -> [String] {
    let base = directory.hasSuffix("/") ? directory : directory + "/"
    if FileManager.default.fileExists(atPath: base + "index.json") {
      do { return try DataIndex(path: base + "index.json").records.map { base + $0.path } } catch {
        throw StartError("\(error)", exitCode: 65)
      }
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    var files = names.filter { $0.hasSuffix(".csv") || $0.hasSuffix(".csv.gz") }.map { base + $0 }
    guard depth < depthLimit else { return files }
    for name in names where !name.hasPrefix(".") {
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: base + name, isDirectory: &isDirectory), isDirectory.boolValue {
        files += try Self.files(in: base + name, depth: depth + 1)
      }
    }
    return files
  }
}
