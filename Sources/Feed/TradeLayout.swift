/// Where the fields of a trade stand in a row: found by name in the header, or by the number of columns in files without
/// one, of which only Binance's are known.
struct TradeLayout {
  /// More columns than this are no file of trades.
  static let limit = 64

  let count: Int
  /// Number of the trade; nil where there is none.
  let id: Int?
  let price: Int
  let quantity: Int
  let time: Int
  /// Whether the buyer was the maker, so that the seller took liquidity.
  let buyerIsMaker: Int
  /// Whether the first line is a row already.
  let isWithoutHeader: Bool

  /// Reads the first line. Throws `FeedError.missingColumn`.
  init(firstLine line: UnsafeBufferPointer<UInt8>, file: String) throws {
    let names = line.split(separator: 44, omittingEmptySubsequences: false).map { name in
      String(decoding: name.filter { $0 != 32 && $0 != 34 && $0 < 128 }, as: UTF8.self).lowercased()
    }
    count = names.count
    isWithoutHeader = names[0].allSatisfy(\.isNumber) && !names[0].isEmpty
    if isWithoutHeader {
      // Aggregated trades: id, price, quantity, first id, last id, time, buyer is maker, best match.
      // Trades: id, price, quantity, quote quantity, time, buyer is maker, best match.
      let known = [8: (5, 6), 7: (4, 5), 6: (4, 5)]
      guard let (time, maker) = known[count] else {
        throw FeedError.missingColumn(file: file, column: "price", header: shownText(line))
      }
      (id, price, quantity, self.time, buyerIsMaker) = (0, 1, 2, time, maker)
      return
    }
    func column(_ wanted: [String]) throws -> Int {
      for name in wanted {
        if let index = names.firstIndex(of: name), names.count <= Self.limit { return index }
      }
      throw FeedError.missingColumn(file: file, column: wanted[0], header: shownText(line))
    }
    id = try? column(["agg_trade_id", "trade_id", "id", "a"])
    price = try column(["price", "p"])
    quantity = try column(["quantity", "qty", "q"])
    time = try column(["transact_time_ms", "transact_time", "time", "timestamp", "timestamp_ms", "t"])
    buyerIsMaker = try column(["is_buyer_maker", "isbuyermaker", "m"])
  }
}
