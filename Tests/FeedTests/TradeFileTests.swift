import Core
import Feed
import Foundation
import Testing

@Suite struct TradeFileTests {
  private static let header =
    "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time_ms,is_buyer_maker\n"

  private func drain(_ file: TradeFile) throws -> [Trade] {
    var trades: [Trade] = []
    while let trade = try file.next() { trades.append(trade) }
    return trades
  }

  @Test func rowsBecomeTradesExactly() throws {
    let files = try TemporaryFiles()
    let text = Self.header + "1,0.7097,19.0,5,5,1729209603958,false\n2,7.096e-1,0.000000001,6,7,1729209603958,True\r\n"
    let file = try TradeFile(path: files.write(text), instrument: btc)
    let trades = try drain(file)
    #expect(trades.map(\.price.description) == ["0.7097", "0.7096"])
    #expect(trades.map(\.quantity.description) == ["19", "0.000000001"])
    #expect(trades.map(\.time.milliseconds) == [1_729_209_603_958, 1_729_209_603_958])
    #expect(trades.map(\.aggressor) == [.buy, .sell])
    #expect(file.quality.trades == 2 && file.quality.rows == 2)
  }

  @Test(arguments: [
    "1,0.5,2,5,5,1729209603958123,true,true\n", "1,0.5,2,1.0,1729209603958,True,True\n",
    "1,0.5,2,1.0,1729209603958,true\n",
    "id,price,qty,quote_qty,time,is_buyer_maker\n1,0.5,2,1.0,1729209603958,true\n",
  ])
  func layoutsOfTheExchangeAreRead(text: String) throws {
    let files = try TemporaryFiles()
    let trades = try drain(TradeFile(path: files.write(text), instrument: btc))
    let expected = Trade(
      instrument: btc, time: Timestamp(milliseconds: 1_729_209_603_958), price: try Price("0.5"),
      quantity: try Quantity("2"), aggressor: .sell)
    #expect(trades == [expected])
  }

  @Test(arguments: [
    ("2,0,1,5,5,9,false", RowFault.notPositive), ("2,1,-1,5,5,9,false", .notPositive),
    ("2,x,1,5,5,9,false", .notANumber),
    ("2,1,1,5,5,9", .columnCount(expected: 7, found: 6)), ("2,1,1,5,5,9,yes", .notTrueOrFalse),
    ("1,1,1,5,5,9000,false", .repeatedTrade), ("2,1,1,5,5,1,false", .earlierTrade),
    ("x,1,1,5,5,9000,false", .notANumber),
    ("2,1,1,5,5,now,false", .notATime), ("2,1.0000000001,1,5,5,9,false", .tooManyDecimals(limit: 9)),
  ])
  func badRowsAreRefusedAndNamed(row: String, fault: RowFault) throws {
    let files = try TemporaryFiles()
    let text = Self.header + "1,1,1,5,5,8000,false\n" + row + "\n3,1,1,5,5,9000,true\n4,1,1,5,5,9000,true"
    let file = try TradeFile(path: files.write(text), instrument: btc)
    #expect(try drain(file).count == 2)
    #expect(file.rowErrors.map(\.line) == [3, 5])
    #expect(file.rowErrors.map(\.reason) == [fault, .unfinished])
    let quality = file.quality
    #expect(quality.rows == 4 && quality.trades + quality.badRows + quality.duplicates + quality.disorder == 4)
  }

  @Test func filesThatAreNoTradesAreErrors() throws {
    let files = try TemporaryFiles()
    for text in ["", "a,b,c\n", "1,2,3\n", "timestamp_ms,open,high,low,close,volume\n"] {
      #expect(throws: FeedError.self) { _ = try TradeFile(path: files.write(text), instrument: btc) }
    }
  }
}
