import Core
import Feed
import Foundation
import Testing

/// Runs on a directory of recorded market data, if there is one.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HRMBOT_DATA"] != nil, "HRMBOT_DATA names no data"))
struct RecordedDataTests {
  @Test func everyFileOfTheIndexReadsAsItSays() throws {
    let directory = ProcessInfo.processInfo.environment["HRMBOT_DATA"] ?? ""
    let index = try DataIndex(path: directory + "/index.json")
    #expect(!index.records.isEmpty)
    for record in index.records {
      let path = directory + "/" + record.path
      #expect(try DataIndex.record(of: path) == record)
      let file = try ReplayFile(path: path, instrument: btc, calendar: record.calendar ?? .alwaysOpen)
      #expect(file.timeframe == record.timeframe, "\(record.path)")
      var count = 0
      while try file.next() != nil { count += 1 }
      let refused = file.quality.rows - file.quality.bars
      #expect(refused == 0, "\(record.path): \(file.rowErrors.first?.description ?? "")")
      #expect(count == file.quality.bars, "\(record.path)")
    }
  }
}
