import Core
import Digest
import Feed
import Foundation

/// Brings files of bars into the catalog.
package struct Importer {
  /// A file to read, with what is known of it.
  package struct Source: Equatable, Sendable {
    /// Its path.
    package var path: String
    /// Where the bars are from.
    package var source: String
    /// Symbol.
    package var instrument: String
    /// Trading hours: a name of `MarketHours`.
    package var hours: String
    /// Length of the bars if it must be a certain one.
    package var timeframe: Timeframe?

    /// A source as given.
    package init(path: String, source: String, instrument: String, hours: String, timeframe: Timeframe? = nil) {
      self.path = path
      self.source = source
      self.instrument = instrument
      self.hours = hours
      self.timeframe = timeframe
    }
  }

  /// Files that make one series together, as the months of an exchange's downloads do.
  package struct Group: Equatable, Sendable {
    /// Length of the bars.
    package var timeframe: Timeframe
    /// The files, in the order of reading; the first row of those with one time wins.
    package var files: [Source]

    /// A group as given.
    package init(timeframe: Timeframe, files: [Source]) {
      self.timeframe = timeframe
      self.files = files
    }
  }

  /// The catalog that is filled.
  package let catalog: Catalog

  /// An importer.
  package init(_ catalog: Catalog) { self.catalog = catalog }

  /// Puts files together that have bars of one source, instrument and length. Throws `FeedError` for a file that cannot
  /// be read.
  package static func groups(_ sources: [Source]) throws -> [Group] {
    var groups: [Group] = []
    var places: [String: Int] = [:]
    for source in sources {
      let file = try ReplayFile.unordered(
        path: source.path, instrument: InstrumentID(index: 0), expected: source.timeframe, rejects: 1)
      let key = "\(source.source)/\(source.instrument):\(file.timeframe)"
      if let place = places[key] {
        groups[place].files.append(source)
      } else {
        places[key] = groups.count
        groups.append(Group(timeframe: file.timeframe, files: [source]))
      }
    }
    return groups
  }

  /// Reads a group, checks it and stores it. Throws `CatalogError`, `FeedError`.
  package func load(_ group: Group) throws -> CatalogEntry {
    let (table, report) = try Self.read(group)
    guard table.count > 0, let first = group.files.first else {
      throw CatalogError(.data, "\(group.files.first?.path ?? ""): no bar")
    }
    let origins = try group.files.map { file in
      let (digest, bytes) = try Self.digest(of: file.path)
      return CatalogEntry.Origin(name: URL(fileURLWithPath: file.path).lastPathComponent, digest: digest, bytes: bytes)
    }
    let entry = CatalogEntry(
      source: first.source, instrument: first.instrument, timeframe: group.timeframe, count: table.count,
      from: Timestamp(milliseconds: table.times[0]), to: Timestamp(milliseconds: table.times[table.count - 1]),
      hours: first.hours, digest: "", origins: origins, quality: report)
    return try catalog.store(table, entry)
  }

  /// The bars of a group in order, and what the checks found. Throws `CatalogError`, `FeedError`.
  package static func read(_ group: Group) throws -> (table: BarTable, report: QualityReport) {
    var table = BarTable()
    var report = QualityReport()
    let instrument = InstrumentID(index: 0)
    for source in group.files {
      let file = try ReplayFile.unordered(path: source.path, instrument: instrument, expected: group.timeframe)
      while let bar = try file.next() {
        guard table.count < BarTable.limit else {
          throw CatalogError(.data, "\(source.path): more than \(BarTable.limit) bars in one series; divide the file")
        }
        table.append(bar)
      }
      report.rows += file.quality.rows
      report.badRows += file.quality.badRows
      report.impossible += file.quality.impossibleBars
      for error in file.rowErrors { report.note(error.description) }
    }
    let ordering = table.putInOrder(group.timeframe)
    report.order = ordering.order
    report.disorder = ordering.disorder
    report.duplicates = ordering.duplicates
    report.conflicts = ordering.conflicts
    report.overlaps = ordering.overlaps
    let hours = group.files.first?.hours ?? "always-open"
    return (table, scan(table, report, group.timeframe, hours))
  }

  static func scan(
    _ table: BarTable, _ report: QualityReport, _ timeframe: Timeframe, _ hours: String
  ) -> QualityReport {
    var scan = QualityScan(
      report, timeframe: timeframe, calendar: GapCalendar.named(hours))
    for index in 0..<table.count {
      scan.receive(table.bar(index, instrument: InstrumentID(index: 0), timeframe: timeframe))
    }
    return scan.finish()
  }

  /// SHA-256 and size of a file. Throws `CatalogError`.
  package static func digest(of path: String) throws -> (hex: String, bytes: Int) {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw CatalogError(.data, "\(path): no such file, or no permission")
    }
    defer { try? file.close() }
    let hasher = SHA256Hasher()
    var bytes = 0
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
        piece.withUnsafeBytes { hasher.update($0) }
        bytes += piece.count
      }
    } catch { throw CatalogError(.data, "\(path): cannot be read: \(error)") }
    return (SHA256.hex(hasher.finish()), bytes)
  }
}
