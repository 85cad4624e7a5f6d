import Core
import Foundation
import GRDB
import Journal
import Testing

extension EndToEnd {
  /// Another version of the program starts where this one stopped, with a position open: what is there is read whole, or
  /// refused with 78, which a service manager does not try again, and left as it is.
  @Suite struct UpgradeTests {
    /// A place where a bot was killed with a position open.
    private static func withPosition() async throws -> Place {
      let place = try Place()
      let bot = try await place.trader(barsPerSecond: 60, slow: 30)
      try await bot.wait(for: "a position", every: 1) { try !Ledger.books(of: place.journal).positions.isEmpty }
      bot.send(SIGKILL)
      _ = try await bot.end()
      try #require(try !Ledger.books(of: place.journal).positions.isEmpty)
      return place
    }

    private static func alter(_ path: String, _ sql: String) throws {
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
      try queue.close()
    }

    /// Everything that stands in a journal and its ledger.
    private static func content(_ place: Place) throws -> [String] {
      let state = try JournalQuery(directory: place.journal).state() ?? []
      let records = try JournalView(place.journal).entries.map { "\($0.sequence) \($0.text)" }
      return records + [String(decoding: state, as: UTF8.self), "\(try Ledger.books(of: place.journal))"]
    }

    /// Alters a journal that has a position; this version refuses it and changes nothing; as it was before, it goes on.
    private static func expectRefusal(
      naming what: String, ofChanged change: (Place) throws -> Void
    ) async throws {
      let place = try await withPosition()
      let (kept, books) = (place.file("kept"), try Ledger.books(of: place.journal))
      try Files.copy(place.journal, to: kept)
      try change(place)
      let readable = (try? content(place)) != nil
      let before = readable ? try content(place) : []
      let refused = try await place.run(Place.trading(25) + ["--bars", "1"])
      #expect(refused.code == 78 && refused.error.contains(what), "\(refused)")
      if readable { #expect(try content(place) == before) }

      try Files.remove(place.journal)
      try Files.copy(kept, to: place.journal)
      // Halted from its first moment, so that the books it shows are those that it found.
      try Files.makeDirectory(place.control)
      try Files.write("", to: place.stop)
      let bot = try await place.trader(barsPerSecond: 60)
      let status = try await place.status()
      #expect(status["cash_quote"].string == books.cash)
      #expect(status.positions == books.positions)
      #expect(!status["degradations"].items.contains { $0.string == "unreconciled" })
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    @Test func aNewerJournalIsRefused() async throws {
      try await Self.expectRefusal(naming: "hrmbot.journal/3") {
        try Self.alter($0.journal + "/journal.sqlite", "UPDATE meta SET schema = 'hrmbot.journal/3'")
      }
    }

    @Test func aNewerLedgerIsRefused() async throws {
      try await Self.expectRefusal(naming: "version 3") {
        try Self.alter($0.journal + "/ledger.sqlite", "PRAGMA user_version = 3")
      }
    }

    /// A newer version may say more in the saved state without another schema: it was read without that part before.
    @Test(arguments: [
      (#""protections":[{"#, #""protections":[{"trailing":"2.5","#, "execution.protections[0].trailing"),
      (#""sessions":"#, #""hedges":[{"quantity":"1"}],"sessions":"#, "hedges"),
    ])
    func aStateThatWouldBeHalfReadIsRefused(found: String, replacement: String, path: String) async throws {
      try await Self.expectRefusal(naming: path) { place in
        let store = try JournalStore.open(directory: place.journal, durability: .full)
        let old = String(decoding: try #require(try store.state()), as: UTF8.self)
        let range = try #require(old.range(of: found))
        let bytes = Array(old.replacingCharacters(in: range, with: replacement).utf8)
        let payload = RecordEncoder.state(StateRecord(of: bytes, isWithinInput: false))
        try store.append([
          JournalRecord(sequence: store.head.count + 1, kind: .state, payload: payload, state: bytes)
        ])
        try store.close()
      }
    }
  }
}
