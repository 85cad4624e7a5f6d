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

    private func trader(_ place: Place, port: Int) async throws -> Child {
      let bot = try await place.trader(["--set", "server.port=\(port)"])
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

    /// The page's address comes from a command; a taken port costs the server there and nothing else.
    @Test func aTakenPortDoesNotKeepABotFromTrading() async throws {
      let (first, second) = (try Place(), try Place())
      let port = try Wire.freePort()
      let bot = try await trader(first, port: port)
      let address = try await first.run("dashboard", "--operate", "--set", "server.port=\(port)")
      #expect(address.output == "http://127.0.0.1:\(port)/#token=\(token(first, "operate"))\n")
      let other = try await second.trader(["--set", "server.port=\(port)"])
      try await other.wait(for: "a warning") { other.error.contains("cannot listen at http://127.0.0.1:\(port)") }
      #expect(try await second.status()["trading_state"].string == "active")
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
