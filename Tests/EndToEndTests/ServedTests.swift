import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// Bot and exchange as two processes.
  @Suite struct ServedTests {
    private static func serve(_ place: Place, _ more: String...) async throws -> Child {
      let exchange = try place.start(
        [
          "exchange", "serve", "--socket", place.file("x.sock"), "--ledger", place.file("exchange"), "--bar-millis",
          "40", "--fee-bps", "0.1", "--spread-bps", "0", "--slippage-bps", "0",
        ] + more)
      try await exchange.wait(for: "the socket") { exchange.output.contains("serving") }
      return exchange
    }

    private static func trader(_ place: Place) async throws -> Child {
      let options = Place.trading(1).filter { $0 != "--speed" && $0 != "1" }
      let bot = try place.start(
        options + ["--venue", "unix:\(place.file("x.sock"))", "--set", "market.stale_after_bars=100"])
      try await bot.wait(for: "a decision") { bot.output.contains("\"action\"") }
      return bot
    }

    private static func account(_ place: Place) async throws -> JSON {
      let ended = try await place.run("exchange", "account", "--socket", place.file("x.sock"), "--json", "--fills")
      guard ended.code == 0 else { throw Failure("exchange account: \(ended)") }
      return try ended.json()
    }

    /// Both books, once nothing is on its way any more.
    private static func books(_ place: Place) async throws -> (exchange: JSON, bot: JSON) {
      let end = Clock.seconds + 15
      while true {
        let (exchange, bot) = (try await account(place), try await place.status())
        let isQuiet = exchange["open_orders"].count == 0 && bot["trading_state"].string == "halted"
        if isQuiet && exchange["cash_quote"].string == bot["cash_quote"].string || Clock.seconds > end {
          return (exchange, bot)
        }
      }
    }

    /// The bot is killed twice in the middle of trading and the exchange once; then both know the same trades, cash and
    /// positions, to the last decimal.
    @Test func theBooksAgreeWhateverDies() async throws {
      let place = try Place()
      var exchange = try await Self.serve(place)
      for round in 1...2 {
        let known = try await Self.account(place)["last_trade_id"].int ?? 0
        let bot = try await Self.trader(place)
        let end = Clock.seconds + 20
        while try await Self.account(place)["last_trade_id"].int ?? 0 < known + 2 + round, Clock.seconds < end {}
        bot.send(SIGKILL)
        _ = try await bot.end()
      }
      let bot = try await Self.trader(place)
      exchange.send(SIGKILL)
      _ = try await exchange.end()
      try await bot.wait(for: "the loss") {
        place.status?["degradations"].items.contains { $0.string == "venue_lost" } == true
      }
      exchange = try await Self.serve(place)
      try await bot.wait(for: "the return") { place.status?["degradations"].count == 0 }
      try Files.makeDirectory(place.control)
      try Files.write("", to: place.stop)
      let (theirs, ours) = try await Self.books(place)
      #expect(theirs["cash_quote"].string == ours["cash_quote"].string)
      for (held, mine) in zip(theirs["positions"].items, ours["instruments"].items) {
        #expect(held["symbol"].string == mine["symbol"].string)
        #expect(held["quantity"].string == mine["position"]["quantity"].string)
        let cost = mine["position"]["total_cost_quote"].string ?? mine["position"]["totalCostQuote"].string
        #expect(held["total_cost_quote"].string == cost)
      }
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      let journal = try JournalView(place.journal)
      let told = Set(journal.all(.fill).compactMap { $0.json["trade_id"].int })
      #expect(told == Set(theirs["fills"].items.compactMap { $0["trade_id"].int }))
      #expect(told.count >= 6)
      #expect(journal.conflicts(.fill, named: "trade_id") == [])
      #expect(journal.conflicts(.intent, named: "client_id") == [])
      #expect(try journal.cash(from: "100000").cash.description == theirs["cash_quote"].string)
      let verified = try await place.run("replay", "--verify")
      #expect(verified.code == 0, "\(verified)")
      exchange.send(SIGTERM)
      #expect(try await exchange.end().code == 0)
      #expect(!Files.exists(place.file("x.sock")))
    }

    @Test func onlyThisMachineIsServed() async throws {
      let place = try Place()
      for address in ["0.0.0.0:7700", "192.168.1.1:7700", "localhost:7700", ":7700"] {
        let ended = try await place.run("exchange", "serve", "--listen", address, "--ledger", place.file("exchange"))
        #expect(ended.code == 64, "\(address): \(ended)")
        #expect(ended.error.contains("only 127.0.0.1"))
      }
      let bot = try await place.run("paper", "--venue", "tcp:10.0.0.1:7700")
      #expect(bot.code == 64, "\(bot)")
    }

    @Test func oneDirectoryHasOneExchange() async throws {
      let place = try Place()
      let exchange = try await Self.serve(place)
      let again = try await place.run(
        "exchange", "serve", "--socket", place.file("y.sock"), "--ledger", place.file("exchange"))
      #expect(again.code == 75, "\(again)")
      let good = try await place.run("doctor", "--venue", "unix:\(place.file("x.sock"))", "--json")
      #expect(good.output.contains("\"grade\":\"good\",\"name\":\"venue\""), "\(good)")
      exchange.send(SIGTERM)
      _ = try await exchange.end()
      let bad = try await place.run("doctor", "--venue", "unix:\(place.file("x.sock"))", "--json")
      #expect(bad.code == 1 && bad.output.contains("\"grade\":\"bad\",\"name\":\"venue\""), "\(bad)")
      let bot = try await place.run("paper", "--venue", "unix:\(place.file("x.sock"))")
      #expect(bot.code == 75 && bot.error.contains("hrmbot exchange serve"), "\(bot)")
    }

    /// Recorded bars are played on today's clock, in their order.
    @Test func recordedBarsAreServed() async throws {
      let place = try Place()
      let bars = Bars(count: 600, minutes: 60, seed: 3)
      try bars.write(to: place.file("BTCUSDT.csv"))
      let exchange = try await Self.serve(place, "--replay", place.file("BTCUSDT.csv"), "--history", "300")
      let bot = try await Self.trader(place)
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      exchange.send(SIGTERM)
      _ = try await exchange.end()
      let closes = try JournalView(place.journal).all(.bar).compactMap { $0.json["c"].string }.map { Double($0) ?? 0 }
      let recorded = bars.rows.map { Double($0.close) / 100 }
      let oldest = try #require(closes.first)
      let first = try #require(recorded.firstIndex(of: oldest))
      #expect(closes == Array(recorded[first...].prefix(closes.count)))
      #expect(closes.count > 300)
    }
  }
}
