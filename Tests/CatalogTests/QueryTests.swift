import Catalog
import Core
import Testing

@Suite struct QueryTests {
  private func entry(_ source: String, _ instrument: String, _ timeframe: String) -> CatalogEntry {
    CatalogEntry(
      source: source, instrument: instrument, timeframe: Timeframe(timeframe)!, count: 1,
      from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: 1), hours: "always-open", digest: "", origins: [],
      quality: QualityReport())
  }

  @Test func queriesMeanWhatTheySay() throws {
    let all = [
      entry("binance", "BTCUSDT", "1h"), entry("binance", "BTCUSDT", "5m"), entry("binance-usd-m", "ETHUSDT", "1h"),
      entry("oanda", "EURUSD", "1h"), entry("oanda", "EURUSD", "1d"),
    ]
    func found(_ text: String) throws -> [Int] {
      let query = try CatalogQuery(text)
      return all.indices.filter { query.matches(all[$0]) }
    }
    #expect(try found("BTCUSDT:1h") == [0])
    #expect(try found("btcusdt") == [0, 1])
    #expect(try found("BTCUSDT:60m") == [0], "a length is a length however it is written")
    #expect(try found("binance*/*:1h") == [0, 2])
    #expect(try found("*") == [0, 1, 2, 3, 4])
    #expect(try found("*/???USD*:*") == [0, 1, 2, 3, 4])
    #expect(try found("oanda/E?RUSD:1?") == [3, 4])
    #expect(try found("oanda/*:1d:2020-01-01..") == [4])
    #expect(try found("EUR") == [])
    let spanned = try CatalogQuery("BTCUSDT:1h:2022-01-01..2023-01-01")
    #expect(spanned.from?.description == "2022-01-01T00:00:00Z" && spanned.to?.description == "2023-01-01T00:00:00Z")
    let open = try CatalogQuery("BTCUSDT:..2023-01-01")
    #expect(open.from == nil && open.to != nil && open.timeframe == "*")
  }

  @Test(arguments: [
    "", "a/", "/b", "BTC:", "BTC:xx", "BTC:1h:2022", "BTC:1h:2022-13-01..", "BTC:1h:2023-01-01..2022-01-01",
    "BTC:1h:..:x", "BTC:1h:a..b..c", String(repeating: "*", count: 300),
  ])
  func nonsenseIsRefused(text: String) {
    #expect {
      _ = try CatalogQuery(text)
    } throws: {
      ($0 as? CatalogError)?.kind == .usage
    }
  }

  @Test func manyStarsTakeNoTime() throws {
    let query = try CatalogQuery(String(repeating: "*a", count: 100) + "b")
    #expect(!query.matches(entry("x", String(repeating: "a", count: 64), "1h")))
  }
}
