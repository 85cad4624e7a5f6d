import Core
import Digest
import Files
import Foundation
import Settings

/// A directory of series: `SOURCE/INSTRUMENT_TIMEFRAME.json` is the manifest of one, and names the file of its bars.
package struct Catalog: Sendable {
  /// No catalog holds more series.
  package static let limit = 20_000

  /// The directory.
  package let directory: String

  /// The catalog in a directory, which need not be there yet.
  package init(directory: String) { self.directory = directory }

  /// A series that was asked for.
  package struct Selection: Equatable, Sendable {
    /// What is known of it.
    package var entry: CatalogEntry
    /// Bars that open from here on; nil: from the first.
    package var from: Timestamp?
    /// Bars that open before; nil: to the last.
    package var to: Timestamp?

    /// The bars of a series that open in `from ..< to`.
    package init(entry: CatalogEntry, from: Timestamp? = nil, to: Timestamp? = nil) {
      self.entry = entry
      self.from = from
      self.to = to
    }
  }

  /// All series, by source, instrument and length. Throws `CatalogError`.
  package func entries() throws -> [CatalogEntry] {
    var found: [CatalogEntry] = []
    for source in try names(in: directory) where Self.isName(source) {
      for file in try names(in: "\(directory)/\(source)") where file.hasSuffix(".json") {
        guard found.count < Self.limit else {
          throw CatalogError(.data, "\(directory): more than \(Self.limit) series; divide them among several catalogs")
        }
        let path = "\(directory)/\(source)/\(file)"
        let entry = try CatalogEntry.read(path)
        guard manifestPath(entry.source, entry.instrument, entry.timeframe) == path else {
          throw CatalogError(.data, "\(path): the manifest of \(entry.name); run hrmbot data import again")
        }
        found.append(entry)
      }
    }
    return found.sorted { ($0.source, $0.instrument, $0.timeframe) < ($1.source, $1.instrument, $1.timeframe) }
  }

  private func names(in path: String) throws -> [String] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
      return []
    }
    do { return try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
      throw CatalogError(.data, "\(path): cannot be read: \(error)")
    }
  }

  /// The series that a query means. Throws `CatalogError`: `missing` where there is none.
  package func resolve(_ text: String) throws -> [Selection] {
    let query = try CatalogQuery(text)
    let all = try entries()
    let found = all.filter { query.matches($0) }
    guard found.isEmpty else { return found.map { Selection(entry: $0, from: query.from, to: query.to) } }
    if all.isEmpty {
      throw CatalogError(
        .missing, "\(text): the catalog \(directory) is empty; fill it with hrmbot data import or fetch")
    }
    let near = EditDistance.nearest(to: query.instrument, among: all.map(\.instrument))
    throw CatalogError(
      .missing,
      "\(text): no such series in \(directory)" + (near.map { "; is \($0) meant?" } ?? "")
        + "; hrmbot data list shows all")
  }

  /// Opens a series. Header, size and a quick checksum are compared. Throws `CatalogError`.
  package func open(_ selection: Selection, instrument: InstrumentID) throws -> CatalogSeries {
    let entry = selection.entry
    let path = barsPath(entry)
    let series = try CatalogSeries(path: path, instrument: instrument)
    guard series.digest == entry.digest, series.count == entry.count, series.timeframe == entry.timeframe else {
      throw CatalogError(.data, "\(path): not the bars of the manifest; run hrmbot data import again")
    }
    guard selection.from != nil || selection.to != nil else { return series }
    return series.limited(from: selection.from, to: selection.to)
  }

  /// Stores bars, which must be in order and not empty: first the bars under a name of their own, then the manifest that
  /// names them, so that any crash leaves the series before or this one. Throws `CatalogError`.
  package func store(_ table: BarTable, _ entry: CatalogEntry) throws -> CatalogEntry {
    for name in [entry.source, entry.instrument] where !Self.isName(name) {
      throw CatalogError(
        .usage, "'\(name)' cannot name a series: letters, digits and . _ - ^ = only, at most 64; see --instrument")
    }
    var entry = entry
    let before = try? CatalogEntry.read(manifestPath(entry.source, entry.instrument, entry.timeframe))
    do {
      try Self.makeDirectory("\(directory)/\(entry.source)")
      let lock = try DirectoryLock(path: "\(directory)/.lock")
      defer { withExtendedLifetime(lock) {} }
      let temporary = "\(directory)/\(entry.source)/.\(entry.instrument)_\(entry.timeframe).bars"
      let layout = try SeriesWriter.write(table, timeframe: entry.timeframe, to: temporary)
      entry.digest = SHA256.hex(layout.digest)
      entry.count = layout.count
      entry.from = layout.first
      entry.to = layout.last.adding(milliseconds: entry.timeframe.milliseconds)
      guard rename(temporary, barsPath(entry)) == 0 else {
        throw FileError(path: barsPath(entry), operation: "rename", code: errno)
      }
      try DurableFile.replace(
        manifestPath(entry.source, entry.instrument, entry.timeframe), with: entry.manifest, mode: 0o644)
      if let before, barsPath(before) != barsPath(entry) { try DurableFile.remove(barsPath(before)) }
    } catch let error as FileError where error.code == EWOULDBLOCK {
      throw CatalogError(.output, "\(directory): another import is running; try again when it has ended")
    } catch let error as FileError {
      throw CatalogError(.output, "\(error)")
    }
    return entry
  }

  /// Makes the directory of a source and returns its path. Throws `CatalogError`.
  func prepare(source: String) throws -> String {
    do { try Self.makeDirectory("\(directory)/\(source)") } catch { throw CatalogError(.output, "\(error)") }
    return "\(directory)/\(source)"
  }

  /// Path of the manifest of a series.
  package func manifestPath(_ source: String, _ instrument: String, _ timeframe: Timeframe) -> String {
    "\(directory)/\(source)/\(instrument)_\(timeframe).json"
  }

  /// Path of the bars of a series: named after their digest, so that new bars never take the place of others in use.
  package func barsPath(_ entry: CatalogEntry) -> String {
    "\(directory)/\(entry.source)/\(entry.instrument)_\(entry.timeframe)-\(entry.digest.prefix(16)).bars"
  }

  /// Whether a text can be a source or an instrument of the catalog.
  package static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64 && text.first != "."
      && text.utf8.allSatisfy {
        ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || ($0 >= 97 && $0 <= 122)
          || [45, 46, 61, 94, 95].contains($0)
      }
  }

  private static func makeDirectory(_ path: String) throws {
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if parent != "/", access(parent, F_OK) != 0 { try makeDirectory(parent) }
    if mkdir(path, 0o755) != 0, errno != EEXIST { throw FileError(path: path, operation: "mkdir", code: errno) }
  }
}
