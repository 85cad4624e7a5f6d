import Core
import Files

/// What the catalog knows of one series: its manifest.
package struct CatalogEntry: Equatable, Sendable {
  /// Version of the manifest and of the checks behind it.
  package static let importerVersion = 1
  /// No manifest is larger.
  static let sizeLimit = 256 << 10

  /// A file that bars came from.
  package struct Origin: Equatable, Sendable {
    /// Its name without directories.
    package var name: String
    /// SHA-256 of its bytes in hex, and their number.
    package var digest: String
    package var bytes: Int

    /// An origin as given.
    package init(name: String, digest: String, bytes: Int) {
      self.name = name
      self.digest = digest
      self.bytes = bytes
    }
  }

  /// Where the bars are from, for example `binance`: lower-case letters, digits and `-`, also with `_` and `.`.
  package var source: String
  /// Symbol.
  package var instrument: String
  /// Length of the bars.
  package var timeframe: Timeframe
  /// Number of bars, first open and last close.
  package var count: Int
  package var from: Timestamp
  package var to: Timestamp
  /// Trading hours that gaps were judged by: a name of `MarketHours`.
  package var hours: String
  /// SHA-256 of the bars in hex.
  package var digest: String
  /// Files that the bars came from, in the order of reading.
  package var origins: [Origin]
  /// What the checks found.
  package var quality: QualityReport

  /// An entry as given.
  package init(
    source: String, instrument: String, timeframe: Timeframe, count: Int, from: Timestamp, to: Timestamp,
    hours: String, digest: String, origins: [Origin], quality: QualityReport
  ) {
    self.source = source
    self.instrument = instrument
    self.timeframe = timeframe
    self.count = count
    self.from = from
    self.to = to
    self.hours = hours
    self.digest = digest
    self.origins = origins
    self.quality = quality
  }

  /// `source/instrument:timeframe`, the query that finds this entry alone.
  package var name: String { "\(source)/\(instrument):\(timeframe)" }

  /// The manifest's bytes.
  package var manifest: [UInt8] {
    var out = CanonicalJSON()
    out.object { out in write(to: &out) }
    return out.bytes + [10]
  }

  /// Writes the members of the manifest.
  package func write(to out: inout CanonicalJSON) {
    out.key("bars")
    out.value(count)
    out.key("bars_sha256")
    out.value(digest)
    out.key("from")
    out.value(from.milliseconds)
    out.key("hours")
    out.value(hours)
    out.key("importer_version")
    out.value(Self.importerVersion)
    out.key("instrument")
    out.value(instrument)
    out.key("origins")
    out.array { out in
      for origin in origins {
        out.object { out in
          out.key("bytes")
          out.value(origin.bytes)
          out.key("name")
          out.value(origin.name)
          out.key("sha256")
          out.value(origin.digest)
        }
      }
    }
    out.key("quality")
    quality.write(to: &out)
    out.key("source")
    out.value(source)
    out.key("timeframe")
    out.value(timeframe.description)
    out.key("to")
    out.value(to.milliseconds)
  }

  /// Reads a manifest. Throws `CatalogError`.
  package static func read(_ path: String) throws -> CatalogEntry {
    func fault(_ reason: String) -> CatalogError {
      CatalogError(.data, "\(path): \(reason); run hrmbot data import again")
    }
    let bytes: [UInt8]
    switch DurableFile.readSmall(path, limit: sizeLimit) {
    case .missing: throw CatalogError(.missing, "\(path): no such manifest; run hrmbot data import again")
    case .unreadable(let reason): throw fault(reason)
    case .bytes(let read): bytes = read
    }
    let tree: JSONTree
    do { tree = try JSONTree.parse(bytes) } catch { throw fault("no JSON: \(error)") }
    guard tree["importer_version"]?.integer == Int64(importerVersion) else {
      throw fault("written by another version of the importer")
    }
    guard let source = tree["source"]?.string, let instrument = tree["instrument"]?.string,
      let timeframe = tree["timeframe"]?.string.flatMap({ Timeframe($0) }), let bars = tree["bars"]?.unsigned,
      let from = tree["from"]?.integer, let to = tree["to"]?.integer, let hours = tree["hours"]?.string,
      let digest = tree["bars_sha256"]?.string, let origins = tree["origins"]?.array,
      let quality = tree["quality"].flatMap({ QualityReport($0) }), from < to
    else { throw fault("a member is missing or no such thing") }
    return CatalogEntry(
      source: source, instrument: instrument, timeframe: timeframe, count: Int(clamping: bars),
      from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to), hours: hours, digest: digest,
      origins: try origins.map { origin in
        guard let name = origin["name"]?.string, let digest = origin["sha256"]?.string,
          let bytes = origin["bytes"]?.unsigned
        else { throw fault("an origin is none") }
        return Origin(name: name, digest: digest, bytes: Int(clamping: bytes))
      }, quality: quality)
  }
}
