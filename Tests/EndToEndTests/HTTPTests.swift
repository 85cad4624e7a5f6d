import Foundation
import Glibc
import Loopback
import Testing

extension EndToEnd {
  /// A running bot and what it serves.
  @Suite struct HTTPTests {
    private func token(_ place: Place, _ scope: String) -> String {
      Files.text(place.home + "/tokens/" + scope).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func trader(_ place: Place, port: Int, _ more: [String] = []) async throws -> Child {
      let bot = try await place.trader(["--set", "server.port=\(port)"] + more)
      try await bot.wait(for: "a server") { Wire.ask(port, "GET", "/readyz").code == 200 }
      return bot
    }

    @Test func aStopOverHTTPIsAStopLikeAnyOther() async throws {
      let place = try Place()
      let port = try Wire.freePort()
      let bot = try await trader(place, port: port)
      let (read, operate) = (token(place, "read"), token(place, "operate"))
      #expect(Wire.ask(port, "GET", "/metrics", token: read).text.contains("hrmbot_synthetic 1"))
      #expect(Wire.ask(port, "POST", "/api/v1/stop", token: read, body: "{}").code == 403)
      #expect(!Files.exists(place.latch))

      let stop = Wire.ask(port, "POST", "/api/v1/stop", token: operate, body: "{\"reason\":\"over the wire\"}")
      #expect(stop.code == 202)
      let name = try await place.latchName()
      let latch = try JSON(text: Files.text(place.latch))
      #expect(latch["source"].string == "http" && latch["reason"].string == "over the wire")
      try await bot.wait(for: "503") { Wire.ask(port, "GET", "/readyz").text.contains("stopped:stop") }
      let metrics = Wire.ask(port, "GET", "/metrics", token: read).text
      #expect(metrics.contains("hrmbot_stops_total{source=\"http\"} 1\n"))
      #expect(metrics.contains("hrmbot_stop_latched{source=\"http\"} 1\n"))

      #expect(try await place.run("resume", name).code == 0)
      try await bot.wait(for: "ready again") { Wire.ask(port, "GET", "/readyz").code == 200 }
      bot.send(SIGTERM)
      #expect(try await bot.end(within: 10).code == 0)
      #expect(!Files.exists(place.home + "/hrmbot.sock"))
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    /// What a person does over HTTP is on record like all else, and a replay does it again.
    @Test func aPersonsTradeIsJudgedRecordedAndReplayed() async throws {
      let place = try Place()
      let port = try Wire.freePort()
      // It never trades by itself here: the policy in charge only holds.
      let bot = try await trader(place, port: port, ["--policy", "flat"])
      let operate = token(place, "operate")
      func post(_ path: String, _ body: String = "{}") -> (code: Int, text: String) {
        Wire.ask(port, "POST", path, token: operate, body: body)
      }
      let buy = "{\"instrument\":\"SIM-BTC\",\"action\":\"buy_long\",\"fraction\":\"0.5\",\"reason\":\"a hunch\"}"
      let answer = post("/api/manual-trade", buy)
      #expect(answer.code == 200, "\(answer)")
      let id = try #require(answer.text.firstMatch(of: /D-[0-9]+/)).output
      try await bot.wait(for: "a fill") {
        Wire.ask(port, "GET", "/api/v1/fills", token: operate).text.contains("\"side\":\"buy\"")
      }
      let explained = Wire.ask(port, "GET", "/api/v1/decisions/\(id)", token: operate).text
      #expect(explained.contains("by a person: a hunch") && explained.contains("A person decided"))
      #expect(post("/api/manual-trade", buy.replacing("BTC", with: "NONE")).code == 409)

      // A stop holds for people too; its second step must name the latch, after the first.
      try Files.write("", to: place.stop)
      let latch = try await place.latchName()
      try await bot.wait(for: "a stop") { Wire.ask(port, "GET", "/readyz").text.contains("stopped:stop") }
      #expect(post("/api/v1/trade", buy.replacing("buy_long", with: "close_long")).code == 409)
      #expect(post("/api/v1/resume", "{\"latch_id\":\"\(latch)\"}").text.contains("STOP is in the control directory"))
      try Files.remove(place.stop)
      #expect(post("/api/v1/resume", "{\"latch_id\":\"L1-wrong\"}").code == 409)
      let resumed = post("/api/live/start", "{\"latch_id\":\"\(latch)\"}")
      #expect(resumed.code == 200, "\(resumed)")
      try await bot.wait(for: "ready again") { Wire.ask(port, "GET", "/readyz").code == 200 }
      bot.send(SIGTERM)
      #expect(try await bot.end(within: 10).code == 0)
      let verified = try await place.run("replay", "--verify")
      #expect(verified.code == 0, "\(verified)")
    }

    @Test func aBacktestRunsBesideTheBot() async throws {
      let place = try Place()
      let port = try Wire.freePort()
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 3000, minutes: 60, seed: 11).write(to: file)
      let imported = try await place.run("data", "import", file)
      #expect(imported.code == 0, "\(imported)")
      let bot = try await trader(place, port: port)
      let operate = token(place, "operate")
      let body = "{\"instrument\":\"BTCUSDT\",\"timeframe\":\"1h\",\"policy\":\"sma-cross\"}"
      let answer = Wire.ask(port, "POST", "/api/backtest", token: operate, body: body)
      #expect(answer.code == 200 && answer.text.contains("\"closed_trades\""), "\(answer)")
      let unknown = Wire.ask(port, "POST", "/api/backtest", token: operate, body: body.replacing("BTC", with: "XYZ"))
      #expect(unknown.code == 422, "\(unknown)")
      bot.send(SIGTERM)
      #expect(try await bot.end(within: 10).code == 0)
    }

    /// The page's address comes from a command; a taken port costs the server there and nothing else.
    @Test func aTakenPortDoesNotKeepABotFromTrading() async throws {
      let (first, second) = (try Place(), try Place())
      let port = try Wire.freePort()
      let bot = try await trader(first, port: port)
      let address = try await first.run("dashboard", "--operate")
      #expect(address.output == "http://127.0.0.1:\(port)/#token=\(token(first, "operate"))\n")
      let other = try await second.trader(["--set", "server.port=\(port)"])
      try await other.wait(for: "a warning") { other.error.contains("cannot listen at http://127.0.0.1:\(port)") }
      #expect(try await second.status()["trading_state"].string == "active")
      let none = try await second.run("dashboard")
      #expect(none.code == 69 && none.error.contains("serves no port"), "\(none)")
      // The tokens of one bot open nothing at another.
      #expect(Wire.ask(port, "GET", "/metrics", token: token(second, "read")).code == 401)
      for child in [bot, other] {
        child.send(SIGTERM)
        #expect(try await child.end(within: 10).code == 0)
      }
      #expect(try await first.run("dashboard").code == 69)
    }
  }
}
