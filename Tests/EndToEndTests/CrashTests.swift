import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct CrashTests {
    /// Killed five times in the middle of trading. The venue's ledger is the other side's word on what happened: after
    /// each restart the bot's books are the same, and nothing was sent twice.
    @Test func killedWhileTrading() async throws {
      let place = try Place()
      for round in 1...5 {
        let bot = try await place.trader(barsPerSecond: 60)
        let known = try Ledger.books(of: place.journal).fills
        try await bot.wait(for: "fills", every: 1) {
          try Ledger.books(of: place.journal).fills >= known + 2 + round
        }
        bot.send(SIGKILL)
        let ended = try await bot.end()
        #expect(ended.signal == SIGKILL)
        let before = try Ledger.books(of: place.journal)

        // A bot that is halted from its first moment shows the books as they were recovered.
        try Files.makeDirectory(place.control)
        try Files.write("", to: place.stop)
        let halted = try await place.trader(barsPerSecond: 60)
        let status = try await place.status()
        #expect(status["cash_quote"].string == before.cash, "round \(round)")
        #expect(status.positions == before.positions, "round \(round)")
        #expect(status["trading_state"].string == "halted")
        #expect(!status["degradations"].items.contains { $0.string == "unreconciled" }, "round \(round)")
        #expect(status["latch"]["source"].string == "file", "round \(round): no loss was made by the restart itself")
        #expect(try Ledger.books(of: place.journal).cash == before.cash)
        #expect(try await place.run("resume", try await place.latchName()).code == 0)
        halted.send(round % 2 == 0 ? SIGTERM : SIGKILL)
        _ = try await halted.end()
      }
      try await Self.expectSound(place)
    }

    private static func expectSound(_ place: Place) async throws {
      let verified = try await place.run("replay", "--verify")
      #expect(verified.code == 0, "\(verified)")
      let journal = try JournalView(place.journal)
      let books = try Ledger.books(of: place.journal)
      let ids = journal.all(.intent).compactMap { $0.json["client_id"].string }
      #expect(ids.count > 20)
      #expect(journal.conflicts(.intent, named: "client_id") == [], "a client order id was used for two orders")
      #expect(Set(books.orderIDs).count == books.orderIDs.count)
      #expect(Set(books.orderIDs).isSubset(of: Set(ids)), "an order at the venue that is not in the journal")
      let trades = Set(journal.all(.fill).compactMap { $0.json["trade_id"].int })
      #expect(journal.conflicts(.fill, named: "trade_id") == [], "a fill was counted twice")
      // A fill of the last moments may be the venue's secret still; none but these may be missing.
      #expect(books.fills - trades.count <= 2)
      #expect(trades.isSubset(of: Set(1...books.fills)))
      #expect(journal.forbiddenIntents() == [])
      if trades.count == books.fills {
        #expect(try journal.cash(from: "100000").cash.description == books.cash)
      }
      #expect(journal.all(.session).count == 10)
    }

    /// Killed during the very first steps, before and after the journal exists: the next start comes up.
    @Test func killedWhileStarting() async throws {
      let place = try Place()
      for milliseconds in [5, 15, 25, 35, 50, 70, 100, 150] {
        let bot = try place.start(Place.trading(60))
        try await Task.sleep(for: .milliseconds(milliseconds))
        bot.send(SIGKILL)
        _ = try await bot.end()
      }
      let bot = try await place.trader(barsPerSecond: 60, ["--json"])
      let status = try await place.status()
      #expect(status["trading_state"].string != "halted")
      #expect(!status["degradations"].items.contains { $0.string == "unreconciled" })
      bot.send(SIGTERM)
      let ended = try await bot.end()
      #expect(ended.code == 0)
      #expect(try ended.json()["pre_roll_bars"].int == 300, "the features are warm whatever came before")
      let verified = try await place.run("replay", "--verify")
      #expect(verified.code == 0, "\(verified)")
    }
  }
}
