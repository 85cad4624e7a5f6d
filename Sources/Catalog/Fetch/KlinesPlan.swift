import Core
import Feed

/// What is fetched from where.
package struct KlinesPlan: Equatable, Sendable {
  /// A market of Binance.
  package enum Market: String, Sendable, CaseIterable {
    case spot
    case usdm

    /// Name of the source in the catalog.
    package var source: String { self == .spot ? "binance" : "binance-usdm" }
    /// Where its public data are.
    package var baseAddress: String { self == .spot ? "https://data-api.binance.vision" : "https://fapi.binance.com" }
    /// Path of the request.
    package var path: String { self == .spot ? "/api/v3/klines" : "/fapi/v1/klines" }
    /// Weight that one address may use in a minute.
    package var weightLimit: Int { self == .spot ? 6000 : 2400 }
  }

  /// Most rows of an answer.
  package static let pageRows = 1000

  /// Market.
  package var market: Market
  /// Symbol in capitals.
  package var symbol: String
  /// Length of the bars.
  package var timeframe: Timeframe
  /// First open that is wanted, and the first that is not.
  package var from: Timestamp
  package var to: Timestamp

  /// A plan. Throws `CatalogError` of kind `usage`.
  package init(
    market: Market, symbol: String, timeframe: Timeframe, from: Timestamp, to: Timestamp
  ) throws(CatalogError) {
    guard !symbol.isEmpty, symbol.utf8.count <= 32,
      symbol.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 65 && $0 <= 90) || $0 == 95 })
    else { throw CatalogError(.usage, "\(symbol): no symbol of Binance; write capitals and digits, such as BTCUSDT") }
    let known = ["1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "1w"]
    guard known.contains("\(timeframe)"), market == .spot || timeframe >= .oneMinute else {
      throw CatalogError(
        .usage, "\(timeframe): Binance has bars of \(known.joined(separator: ", ")), seconds on spot only")
    }
    guard from < to, from.milliseconds >= 0 else {
      throw CatalogError(.usage, "the span from \(from) to \(to) is empty")
    }
    let bars = to.millisecondsSince(from) / timeframe.milliseconds
    guard bars <= Int64(BarTable.limit) else {
      throw CatalogError(
        .usage, "\(bars) bars of \(timeframe); at most \(BarTable.limit) are fetched; choose a shorter span")
    }
    self.market = market
    self.symbol = symbol
    self.timeframe = timeframe
    self.from = from
    self.to = to
  }

  /// Path and query of the request for the bars that open from `moment` on.
  package func query(from moment: Timestamp) -> String {
    "\(market.path)?symbol=\(symbol)&interval=\(timeframe)&startTime=\(moment.milliseconds)"
      + "&endTime=\(to.milliseconds - 1)&limit=\(Self.pageRows)"
  }

  /// A name for the file of what is fetched so far: the same for the same plan alone.
  package var fileName: String { "\(symbol)_\(timeframe)_\(from.milliseconds)_\(to.milliseconds).csv.partial" }
}
