import Core
import Feed
import Foundation
import Testing

@Suite struct RowLayoutTests {
  /// Two days of one market as several places write them: open 10, high 12, low 9, close 11, volume 5, then 6.
  static let files: [(name: String, text: String)] = [
    (
      "binance klines",
      """
      1709251200000,10.0,12.0,9.0,11.0,5.0,1709337599999,50.0,7,2.0,20.0,0
      1709337600000,10.0,12.0,9.0,11.0,6.0,1709423999999,60.0,7,2.0,20.0,0

      """
    ),
    (
      "binance klines in microseconds",
      """
      1709251200000000,10.0,12.0,9.0,11.0,5.0,1709337599999999,50.0,7,2.0,20.0,0
      1709337600000000,10.0,12.0,9.0,11.0,6.0,1709423999999999,60.0,7,2.0,20.0,0

      """
    ),
    (
      "binance vision with header",
      """
      open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore
      1709251200000,10.0,12.0,9.0,11.0,5.0,1709337599999,50.0,7,2.0,20.0,0
      1709337600000,10.0,12.0,9.0,11.0,6.0,1709423999999,60.0,7,2.0,20.0,0

      """
    ),
    ("kraken", "1709251200,10,12,9,11,5,31\n1709337600,10,12,9,11,6,32\n"),
    (
      "cryptodatadownload",
      """
      https://www.CryptoDataDownload.com
      unix,date,symbol,open,high,low,close,Volume BTC,Volume USD
      1709251200,2024-03-01 00:00:00,BTC/USD,10,12,9,11,5,50
      1709337600.0,2024-03-02 00:00:00,BTC/USD,10,12,9,11,6,60

      """
    ),
    ("bitfinex", "MTS,OPEN,CLOSE,HIGH,LOW,VOLUME\n1709251200000,10,11,12,9,5\n1709337600000,10,11,12,9,6\n"),
    ("coinbase", "time,low,high,open,close,volume\n1709251200,9,12,10,11,5\n1709337600,9,12,10,11,6\n"),
    (
      "yahoo",
      """
      Date,Open,High,Low,Close,Adj Close,Volume
      2024-03-01,10,12,9,11,8,5
      2024-03-02,10,12,9,11,8,6

      """
    ),
    ("stooq", "Date,Open,High,Low,Close,Volume\n2024-03-01,10,12,9,11,5\n2024-03-02,10,12,9,11,6\n"),
    (
      "stooq by the hour",
      "Date,Time,Open,High,Low,Close,Volume\n20240301,000000,10,12,9,11,5\n20240302,000000,10,12,9,11,6\n"
    ),
    (
      "metatrader 5",
      """
      <DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>
      2024.03.01\t00:00:00\t10\t12\t9\t11\t5\t0\t3
      2024.03.02\t00:00:00\t10\t12\t9\t11\t6\t0\t3

      """
    ),
    ("metatrader 4", "2024.03.01,00:00,10,12,9,11,5\n2024.03.02,00:00,10,12,9,11,6\n"),
    (
      "iso dates in quotes",
      """
      "timestamp";"open";"high";"low";"close";"volume"
      "2024-03-01T00:00:00Z";"10";"12";"9";"11";"5"
      "2024-03-02 05:30:00.000+05:30";"10";"12";"9";"11";"6"

      """
    ),
    (
      "nanoseconds",
      "timestamp,open,high,low,close,volume\n1709251200000000000,10,12,9,11,5\n1709337600000000000,10,12,9,11,6\n"
    ),
  ]

  @Test(arguments: files.indices)
  func commonLayoutsAreRead(index: Int) throws {
    let (name, text) = Self.files[index]
    let files = try TemporaryFiles()
    let file = try ReplayFile(path: files.write(text), instrument: btc)
    let bars = try drain(file)
    #expect(file.rowErrors.isEmpty, "\(name): \(file.rowErrors)")
    #expect(file.timeframe == .oneDay, "\(name)")
    #expect(bars.map(\.openTime.milliseconds) == [1_709_251_200_000, 1_709_337_600_000], "\(name)")
    #expect(bars.map(\.volume.description) == ["5", "6"], "\(name)")
    for bar in bars {
      #expect(bar.open.description == "10" && bar.high.description == "12", "\(name)")
      #expect(bar.low.description == "9" && bar.close.description == "11", "\(name)")
    }
  }

  @Test func indicesHaveNoVolume() throws {
    let files = try TemporaryFiles()
    let path = try files.write("Date,Open,High,Low,Close\n2024-03-01,10,12,9,11\n2024-03-02,10,12,9,11\n")
    #expect(try drain(ReplayFile(path: path, instrument: btc)).map(\.volume) == [.zero, .zero])
  }

  @Test(arguments: [
    "01/02/2024", "2024-02-30", "2024-03-01T25:00", "2024-03-01T10", "2024-03-01T10:00+99:00", "2024-03-01 10:00 CET",
    "2024-3-1", "yesterday", "", "2024-03/01", "20240231", "2024-03-01T10:00:00.", "2024-03-01 ",
  ])
  func timesThatAreNoneAreNamed(time: String) throws {
    let files = try TemporaryFiles()
    let path = try files.write("date,open,high,low,close,volume\n\(time),10,12,9,11,5\n2024-03-01,10,12,9,11,6\n")
    let file = try ReplayFile(path: path, instrument: btc, expected: .oneDay)
    #expect(try drain(file).count == 1)
    #expect(file.rowErrors.map(\.reason) == [.notATime], "\(file.rowErrors)")
    #expect(file.rowErrors.first?.column == "timestamp" && file.rowErrors.first?.value == time)
  }

  @Test func sixBareNumbersMayBeAnything() throws {
    let files = try TemporaryFiles()
    let path = try files.write("1709251200,9,12,10,11,5\n")
    #expect {
      _ = try ReplayFile(path: path, instrument: btc)
    } throws: {
      if case .missingColumn(_, "timestamp_ms_utc", "1709251200,9,12,10,11,5")? = $0 as? FeedError {
        true
      } else {
        false
      }
    }
  }
}
