import Core
import Foundation

/// The `index.json` of a directory of market data: what its files hold.
///
/// Nothing in an index is believed without a look: every field has its type and its bounds. A field that is missing or null is
/// not known; only the symbol and the path must be there.
public struct DataIndex: Sendable {
  /// No index is larger, in bytes.
  public static let sizeLimit = 16 << 20
  /// Name of the file.
  public static let fileName = "index.json"
  /// Most faults that are told at once.
  private static let mostFaults = 20

  /// What the index says about one file.
  public struct Record: Sendable, Hashable {
    /// Symbol.
    public var instrument: String
    /// Path of the file, from the index's directory.
    public var path: String
    /// For example `crypto_spot`.
    public var assetClass: String?
    /// Venue in words.
    public var venue: String?
    /// Length of the bars.
    public var timeframe: Timeframe?
    /// Whether the market never closes.
    public var isAlwaysOpen: Bool?
    /// SHA-256 of the file in lower-case hex.
    public var sha256: String?
    /// Rows of the file without its header.
    public var rows: Int?
    /// Whether the prices were made up, as far as the record tells.
    public var isSynthetic = false
    /// Smallest price step seen, as decimal text; nil where prices were adjusted.
    public var tickSizeObserved: String?

    /// A record of which nothing else is known.
    public init(instrument: String, path: String, assetClass: String? = nil) {
      (self.instrument, self.path, self.assetClass) = (instrument, path, assetClass)
    }

    /// First folder of the path; empty for a file of the directory itself.
    public var folder: String { path.firstIndex(of: "/").map { String(path[..<$0]) } ?? "" }
  }

  /// Records in the order of the index.
  public let records: [Record]

  /// Reads an index. Throws `FeedError.unreadable`, and `.badIndex` with record, field, value and remedy.
  public init(path: String) throws {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw FeedError.unreadable(file: path, reason: "no such file, or no permission")
    }
    defer { try? file.close() }
    let data: Data
    do { data = try file.read(upToCount: Self.sizeLimit + 1) ?? Data() } catch {
      throw FeedError.unreadable(file: path, reason: "\(error)")
    }
    guard data.count <= Self.sizeLimit else {
      throw FeedError.badIndex(file: path, reason: "an index is not larger than \(Self.sizeLimit) bytes")
    }
    records = try Self.parse([UInt8](data), file: path)
  }

  private static func parse(_ bytes: [UInt8], file: String) throws -> [Record] {
    let tree: JSONTree
    do { tree = try JSONTree.parse(bytes) } catch {
      throw FeedError.badIndex(file: file, reason: "is not JSON: \(error); write it anew or remove it")
    }
    guard let files = tree["files"]?.array else {
      throw FeedError.badIndex(
        file: file, reason: "files: is missing or no list; one record for each bar file belongs there")
    }
    var faults: [String] = []
    let records = files.enumerated().map { place, entry in
      var reader = DataIndexReader(entry: entry, name: "files[\(place)]")
      defer { faults += reader.faults }
      return reader.record()
    }
    guard faults.isEmpty else { throw FeedError.badIndex(file: file, reason: list(faults)) }
    return records
  }

  /// Faults below each other, the first of many.
  public static func list(_ faults: [String]) -> String {
    faults.prefix(mostFaults).joined(separator: "\n")
      + (faults.count > mostFaults ? "\nand \(faults.count - mostFaults) more" : "")
  }

  /// The record of a data file, from the `index.json` in its directory or in one of the three above; nil where none
  /// knows it. Throws what `init(path:)` throws for an index that is there and cannot be read.
  public static func record(of file: String) throws -> Record? {
    var directory = URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent()
    var tail = URL(fileURLWithPath: file).lastPathComponent
    for _ in 0..<4 {
      let index = directory.appendingPathComponent(fileName).path
      if FileManager.default.fileExists(atPath: index) {
        return try DataIndex(path: index).records.first { $0.path == tail }
      }
      if directory.path == "/" { return nil }
      tail = directory.lastPathComponent + "/" + tail
      directory.deleteLastPathComponent()
    }
    return nil
  }
}

extension DataIndex.Record {
  /// What is traded; nil for a class of which the bot knows nothing.
  public var kind: InstrumentKind? { assetClass.flatMap(InstrumentKind.init) }

  /// A calendar that fits the file where none is configured: the usual hours of the market, without holidays. Nil where
  /// nothing says whether the market closes.
  public var calendar: TradingCalendar? {
    guard let isAlwaysOpen else { return nil }
    guard !isAlwaysOpen else { return .alwaysOpen }
    switch kind {
    case .fx, .metal: return MarketHours.fxWeek
    case _ where venue?.hasPrefix("NSE") == true: return MarketHours.nse
    default: return MarketHours.nyse
    }
  }
}
