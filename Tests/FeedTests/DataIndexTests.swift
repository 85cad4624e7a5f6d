import Core
import Feed
import Testing

@Suite struct DataIndexTests {
  static func record(_ path: String, _ assetClass: String, _ venue: String, _ session: String, _ tick: String) -> String
  {
    """
    {"instrument": "X", "asset_class": "\(assetClass)", "venue": "\(venue)", "timeframe": "5m", "path": "\(path)",
     "session": "\(session)", "tick_size_observed": \(tick), "rows": 3}
    """
  }

  static let text = """
    {"format": "csv", "files": [\(record("crypto/a/BTC.csv.gz", "crypto_spot", "B", "24x7", "1e-08")),
      \(record("fx/EUR.csv.gz", "fx", "OANDA", "session", "0.00001")),
      \(record("india/N.csv.gz", "index", "NSE India", "session", "null")),
      \(record("us/A.csv.gz", "equity", "US", "session", "0.01")),
      \(record("odd/A.csv.gz", "pigs", "US", "24x7", "1"))]}
    """

  @Test func aFileFindsItsRecordAbove() throws {
    let files = try TemporaryFiles()
    _ = try files.write(Self.text, "index.json")
    func record(_ path: String) throws -> DataIndex.Record? {
      try DataIndex.record(of: files.directory.path + "/" + path)
    }
    let bitcoin = try #require(try record("crypto/a/BTC.csv.gz"))
    #expect(bitcoin.kind == .cryptoSpot && bitcoin.calendar == .alwaysOpen && bitcoin.timeframe == Timeframe("5m"))
    #expect(bitcoin.tickSizeObserved == "0.00000001")
    #expect(try record("fx/EUR.csv.gz")?.calendar?.name == "fx-week")
    #expect(try record("fx/EUR.csv.gz")?.tickSizeObserved == "0.00001")
    #expect(try record("india/N.csv.gz")?.calendar?.name == "nse")
    #expect(try record("india/N.csv.gz")?.tickSizeObserved == nil)
    #expect(try record("us/A.csv.gz")?.calendar?.name == "nyse")
    #expect(try record("odd/A.csv.gz")?.kind == nil)
    #expect(try record("odd/B.csv.gz") == nil)
    #expect(try DataIndex.record(of: "/BTC.csv.gz") == nil)
  }

  @Test func onlyThreeDirectoriesAreClimbed() throws {
    let files = try TemporaryFiles()
    let entry = Self.record("a/b/c/d/X.csv", "fx", "V", "24x7", "1")
    _ = try files.write("{\"files\": [\(entry)]}", "index.json")
    #expect(try DataIndex.record(of: files.directory.path + "/a/b/c/d/X.csv") == nil)
  }

  @Test func anIndexThatIsNoneIsAnError() throws {
    let files = try TemporaryFiles()
    let broken = try files.write("{\"files\": 3}", "index.json")
    #expect(throws: FeedError.self) { _ = try DataIndex(path: broken) }
    #expect(throws: FeedError.self) { _ = try DataIndex.record(of: files.directory.path + "/x.csv") }
    let large = try files.write([UInt8](repeating: 32, count: DataIndex.sizeLimit + 1), "large.json")
    #expect(throws: FeedError.badIndex(file: large, reason: "an index is not larger than 16777216 bytes")) {
      _ = try DataIndex(path: large)
    }
    #expect(throws: FeedError.self) { _ = try DataIndex(path: files.directory.path + "/none.json") }
  }
}
