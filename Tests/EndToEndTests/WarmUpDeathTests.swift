import Digest
import Foundation
import GRDB
import Journal
import Testing

extension EndToEnd {
  /// Sessions that die while they warm up: each next one starts from the same state, hundreds of bars after the record
  /// that named it.
  @Suite struct WarmUpDeathTests {
    private static func records(_ directory: String) throws -> [JournalRecord] {
      var records: [JournalRecord] = []
      let query = try JournalQuery(directory: directory)
      while true {
        let more = try query.records(from: UInt64(records.count) + 1, limit: 5000)
        if more.isEmpty { return records }
        records += more
      }
    }

    /// Leaves `kept` and puts `more` behind it, as a store would have written it.
    private static func rewrite(_ directory: String, _ kept: [JournalRecord], _ more: [JournalRecord], state: [UInt8])
      throws
    {
      var (hash, hasher) = (ChainHash.start, ChainHash())
      for record in kept { hash = hasher.next(after: hash, record) }
      let stateRecord = try #require(kept.last { $0.kind == .state })
      let queue = try DatabaseQueue(path: directory + "/journal.sqlite")
      try queue.write { database in
        try database.execute(sql: "DELETE FROM record WHERE sequence > ?", arguments: [Int64(kept.count)])
        for (offset, record) in more.enumerated() {
          var record = record
          record.sequence = UInt64(kept.count + offset + 1)
          hash = hasher.next(after: hash, record)
          try database.execute(
            sql: "INSERT INTO record (sequence, kind, payload, hash, wall_micros) VALUES (?, ?, ?, ?, ?)",
            arguments: [
              Int64(record.sequence), record.kind.rawValue, Data(record.payload), Data(hash), record.wallMicros,
            ])
        }
        try database.execute(
          sql: "UPDATE state SET sequence = ?, bytes = ?", arguments: [Int64(stateRecord.sequence), Data(state)])
      }
      try queue.close()
      let head = "{\"closed\":true,\"count\":\(kept.count + more.count),\"hash\":\"\(SHA256.hex(hash))\"}\n"
      try Files.write(head, to: directory + "/head.json")
    }

    @Test func startingFromTheSameStateAgainIsNoDifference() async throws {
      let place = try Place()
      for _ in 0..<2 {
        let ended = try await place.run(Place.trading(100) + ["--bars", "12"])
        #expect(ended.code == 0, "\(ended)")
      }
      let all = try Self.records(place.journal)
      let second = try #require(all.lastIndex { $0.kind == .session })
      let state = try #require(try RecordDecoder.session(all[second]).state)
      // A session, and as much of its warm-up as it lived through.
      let block = [all[second]] + all[(second + 1)...].prefix { $0.kind == .bar }
      #expect(block.count > 50, "the warm-up has \(block.count - 1) bars")
      let again = Array(repeating: block, count: 600 / block.count + 2).flatMap { $0 }
      try Self.rewrite(place.journal, Array(all[..<second]), again, state: state)
      let verified = try await place.run("replay", "--verify")
      #expect(verified.code == 0, "\(verified)")
      // Another state than the one that is named is a difference, as ever.
      var forged = again
      let text = String(decoding: block[0].payload, as: UTF8.self)
      let other = text.replacingOccurrences(of: "\"consecutiveLosses\":", with: "\"consecutiveLosses\":1")
      #expect(other != text)
      forged[block.count * 2].payload = Array(other.utf8)
      try Self.rewrite(place.journal, Array(all[..<second]), forged, state: state)
      let refused = try await place.run("replay", "--verify")
      #expect(refused.code == 1 && refused.output.contains("state"), "\(refused)")
    }
  }
}
