import Core
import Foundation

/// The `index.json` of a directory of market data: what its files hold.
public struct DataIndex: Sendable {
  /// No index is larger.
  public static let sizeLimit = 4 << 20

  /// What the index says about one file.
  public struct Record: Sendable, Hashable {
    /// Symbol.
    public var instrument: String
    /// For example `crypto_spot`.
    public var assetClass: String
    /// Venue in words.
    public var venue: String
    /// For example `5m`.
    public var timeframe: String
    /// `24x7` or `session`.
    public var session: String
    /// Path of the file, from the index's directory.
    public var path: String
    /// Smallest price step seen, as decimal text; nil where prices were adjusted.
    public var tickSizeObserved: String?
  }

  /// Records in the order of the index.
  public let records: [Record]

  /// Reads an index. Throws `FeedError.unreadable`, `.badIndex`.
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
    do { records = try JSONDecoder().decode(IndexFile.self, from: data).files.map(\.record) } catch {
      throw FeedError.badIndex(file: path, reason: "no index of market data: \(error)")
    }
  }

  /// The record of a data file, from the `index.json` in its directory or in one of the three above; nil where none
  /// knows it. Throws what `init(path:)` throws for an index that is there and cannot be read.
  public static func record(of file: String) throws -> Record? {
    var directory = URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent()
    var tail = URL(fileURLWithPath: file).lastPathComponent
    for _ in 0..<4 {
      let index = directory.appendingPathComponent("index.json").path
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
  public var kind: InstrumentKind? { InstrumentKind(rawValue: assetClass) }

  /// A calendar that fits the file where none is configured: the usual hours of the market, without holidays.
  public var calendar: TradingCalendar {
    guard session != "24x7" else { return .alwaysOpen }
    switch kind {
    case .fx, .metal: return MarketHours.fxWeek
    case _ where venue.hasPrefix("NSE"): return MarketHours.nse
    default: return MarketHours.nyse
    }
  }
}

/// The part of the file that is read.
private struct IndexFile: Decodable {
  struct Entry: Decodable {
    var instrument: String
    var asset_class: String
    var venue: String
    var timeframe: String
    var session: String
    var path: String
    var tick_size_observed: Decimal?

    var record: DataIndex.Record {
      DataIndex.Record(
        instrument: instrument, assetClass: asset_class, venue: venue, timeframe: timeframe, session: session,
        path: path, tickSizeObserved: tick_size_observed.map { "\($0)" })
    }
  }
  var files: [Entry]
}
