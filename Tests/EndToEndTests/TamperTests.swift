import Digest
import Foundation
import GRDB
import Journal
import Testing

extension EndToEnd {
  /// What somebody may do to a journal on disk, and how it shows.
  @Suite struct TamperTests {
    private static let victim: UInt64 = 700

    /// A finished journal to damage copies of.
    private static func sound() async throws -> (place: Place, journal: String) {
      let place = try Place()
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 700, minutes: 60, seed: 21).write(to: file)
      let journal = place.file("sound")
      let ended = try await place.run(ReplayTests.cross([file], "--journal", journal))
      guard ended.code == 0 else { throw Failure("\(ended)") }
      #expect(try await place.run("replay", "--verify", "--journal", journal).code == 0)
      return (place, journal)
    }

    private static func alter(_ directory: String, _ body: (Database) throws -> Void) throws {
      let queue = try DatabaseQueue(path: directory + "/journal.sqlite")
      try queue.write(body)
      try queue.close()
    }

    /// Changes bytes of one column of one record.
    private static func change(
      _ directory: String, _ column: String, of sequence: UInt64 = victim, _ body: (inout [UInt8]) -> Void
    ) throws {
      try alter(directory) { database in
        let stored = try Data.fetchOne(
          database, sql: "SELECT CAST(\(column) AS BLOB) FROM record WHERE sequence = ?", arguments: [Int64(sequence)])
        var bytes = [UInt8](try #require(stored))
        body(&bytes)
        let value: any DatabaseValueConvertible =
          column == "kind" ? String(decoding: bytes, as: UTF8.self) : Data(bytes)
        try database.execute(
          sql: "UPDATE record SET \(column) = ? WHERE sequence = ?", arguments: [value, Int64(sequence)])
      }
    }

    private static let damages: [(name: String, says: String, do: @Sendable (String) throws -> Void)] = [
      ("a payload byte", "record 700", { try change($0, "payload") { $0[$0.count / 2] ^= 1 } }),
      ("a hash byte", "record 700", { try change($0, "hash") { $0[5] ^= 0x80 } }),
      ("a kind byte", "record 700", { try change($0, "kind") { $0[0] ^= 1 } }),
      (
        "another kind", "record 700",
        { try change($0, "kind") { $0 = Array($0 == Array("bar".utf8) ? "order".utf8 : "bar".utf8) } }
      ),
      ("the first record", "record 1", { try change($0, "payload", of: 1) { $0[30] ^= 1 } }),
      (
        "a record taken out", "record 700",
        { try alter($0) { try $0.execute(sql: "DELETE FROM record WHERE sequence = 700") } }
      ),
      (
        "a record twice", "record",
        {
          try alter($0) {
            try $0.execute(
              sql:
                "INSERT INTO record SELECT (SELECT max(sequence) + 1 FROM record), kind, payload, hash, wall_micros, latency FROM record WHERE sequence = 700"
            )
          }
        }
      ),
      (
        "the tail cut off", "truncated",
        { try alter($0) { try $0.execute(sql: "DELETE FROM record WHERE sequence > 1000") } }
      ),
      ("everything gone", "truncated", { try alter($0) { try $0.execute(sql: "DELETE FROM record") } }),
      (
        "a record before the first", "sequence",
        {
          try alter($0) {
            try $0.execute(
              sql:
                "INSERT INTO record SELECT -4, kind, payload, hash, wall_micros, latency FROM record WHERE sequence = 1"
            )
          }
        }
      ),
      ("no head", "head.json", { try Files.remove($0 + "/head.json") }),
      ("an empty head", "head.json", { try Files.write("", to: $0 + "/head.json") }),
      (
        "another head", "head",
        { directory in
          let hash = String(repeating: "0", count: 64)
          try Files.write("{\"closed\":true,\"count\":700,\"hash\":\"\(hash)\"}\n", to: directory + "/head.json")
        }
      ),
      (
        "a page of rubbish", "unreadable",
        { directory in
          let file = try #require(FileHandle(forUpdatingAtPath: directory + "/journal.sqlite"))
          try file.seek(toOffset: 8192 * 3)
          file.write(Data(repeating: 0xAA, count: 8192 * 4))
          try file.close()
        }
      ),
    ]

    @Test func everyChangeIsNamed() async throws {
      let (place, journal) = try await Self.sound()
      for (index, damage) in Self.damages.enumerated() {
        let copy = place.file("copy-\(index)")
        try Files.copy(journal, to: copy)
        try damage.do(copy)
        let verified = try await place.run("replay", "--verify", "--journal", copy)
        #expect(verified.code == 1, "\(damage.name): \(verified)")
        #expect(verified.output.contains("BROKEN"), "\(damage.name): \(verified)")
        #expect(verified.output.contains(damage.says), "\(damage.name): \(verified)")
        #expect(try await place.run("replay", "--verify", "--chain-only", "--journal", copy).code == 1)
        try Files.remove(copy)
      }
    }

    /// A service manager would start it for ever: nothing that a restart could mend.
    @Test(arguments: ["the tail cut off", "no head", "a page of rubbish"])
    func aDamagedJournalIsNoFaultThatPasses(name: String) async throws {
      let (place, journal) = try await Self.sound()
      try #require(Self.damages.first { $0.name == name }).do(journal)
      let ended = try await place.run("paper", "--policy", "flat", "--bars", "1", "--journal", journal)
      #expect(ended.code == 78 && ended.error.contains(journal), "\(ended)")
    }

    /// A forger who also makes the chain anew: only re-execution tells, and it names the first record that differs.
    @Test func forgedInputIsFoundByReexecution() async throws {
      let (place, journal) = try await Self.sound()
      let view = try JournalView(journal)
      // A recorded price in the middle of the run, changed by a cent.
      let bar = try #require(view.all(.bar).first { $0.sequence > 900 })
      let close = try #require(bar.json["c"].string)
      let forged = bar.text.replacingOccurrences(of: "\"c\":\"\(close)\"", with: "\"c\":\"\(close)1\"")
      #expect(forged != bar.text)
      let decision = try #require(view.all(.decision).first { $0.sequence > bar.sequence })
      try Self.forge(journal, bar.sequence, forged)
      #expect(try await place.run("replay", "--verify", "--chain-only", "--journal", journal).code == 0)
      let verified = try await place.run("replay", "--verify", "--journal", journal)
      #expect(verified.code == 1, "\(verified)")
      #expect(verified.output.contains("chain    good"))
      #expect(verified.output.contains("DIFFERS at record \(decision.sequence) (decision)"), "\(verified)")
      #expect(verified.output.contains("recorded:") && verified.output.contains("recomputed:"))
      let json = try await place.run("replay", "--verify", "--json", "--journal", journal).json()
      #expect(json["good"].bool == false)
      #expect(json["difference_sequence"].int == Int(decision.sequence))
    }

    /// The same with a verdict: what the bot says it did is checked, too.
    @Test func forgedDecisionIsFoundByReexecution() async throws {
      let (place, journal) = try await Self.sound()
      let decision = try #require(
        try JournalView(journal).all(.decision).first { $0.json["final_action"].int == 0 })
      let quantity = try #require(decision.json["final_qty"].string)
      let forged = decision.text.replacingOccurrences(of: "\"final_qty\":\"\(quantity)\"", with: "\"final_qty\":\"9\"")
      try Self.forge(journal, decision.sequence, forged)
      let verified = try await place.run("replay", "--verify", "--journal", journal)
      #expect(verified.code == 1)
      #expect(verified.output.contains("DIFFERS at record \(decision.sequence) (decision)"), "\(verified)")
    }

    /// Puts another payload in the place of a record's and makes the chain and the head file anew from there.
    private static func forge(_ directory: String, _ sequence: UInt64, _ payload: String) throws {
      var records: [JournalRecord] = []
      let query = try JournalQuery(directory: directory)
      while true {
        let more = try query.records(from: UInt64(records.count) + 1, limit: 5000)
        if more.isEmpty { break }
        records += more
      }
      records[Int(sequence) - 1].payload = Array(payload.utf8)
      var hash = ChainHash.start
      var hasher = ChainHash()
      try alter(directory) { database in
        for record in records {
          hash = hasher.next(after: hash, record)
          guard record.sequence >= sequence else { continue }
          try database.execute(
            sql: "UPDATE record SET payload = ?, hash = ? WHERE sequence = ?",
            arguments: [Data(record.payload), Data(hash), Int64(record.sequence)])
        }
      }
      try Files.write(
        "{\"closed\":true,\"count\":\(records.count),\"hash\":\"\(SHA256.hex(hash))\"}\n", to: directory + "/head.json")
    }

    /// A bot does not trade on with a journal that was tampered with.
    @Test func botRefusesADamagedJournal() async throws {
      let place = try Place()
      let bot = try await place.trader(["--bars", "10"])
      #expect(try await bot.end().code == 0)
      let last = UInt64(try JournalView(place.journal).entries.count)
      try Self.change(place.journal, "payload", of: last - 3) { $0[20] ^= 1 }
      let refused = try await place.run(Place.trading(25) + ["--bars", "1"])
      #expect(refused.code == 78, "\(refused)")
      #expect(refused.error.contains("\(last - 3)"), "\(refused)")
    }
  }
}
