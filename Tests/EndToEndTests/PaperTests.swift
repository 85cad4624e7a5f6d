import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct PaperTests {
    /// The journal of a run that was ended by a signal is whole, and can be asked why.
    @Test(arguments: [SIGTERM, SIGINT]) func simulatedMarketFromStartToEnd(signal: Int32) async throws {
      let place = try Place()
      let model = try await TinyModel.options
      let bot = try place.start(["paper"] + model)
      // The state is shown a moment after the first.
      try await bot.wait(for: "two decisions") { bot.decisions.count >= 2 }
      let line = try JSON(text: String(bot.decisions[0]))
      #expect(line["synthetic"].bool == true)
      #expect(line["untrained"].bool == true)
      #expect(line["mode"].string == "paper")
      #expect(line["instrument"].string == "SIM-BTC")
      #expect(line["id"].string?.hasPrefix("D-") == true)
      #expect(["buy_long", "sell_short", "close_long", "close_short", "hold"].contains(line["action"].string ?? ""))
      try await Self.lookFromOutside(place)

      bot.send(signal)
      let ended = try await bot.end(within: 10)
      #expect(ended.code == 0)
      #expect(ended.output.contains("PAPER · SYNTHETIC · UNTRAINED"))
      #expect(ended.output.contains("ended: signal"))
      #expect(ended.error.isEmpty, "\(ended)")

      let afterwards = try await place.run("status", "--json")
      #expect(afterwards.code == 69)
      #expect(try afterwards.json()["running"].bool == false)
      try await Self.explain(place)
      let verified = try await place.run(["replay", "--verify"] + model)
      #expect(verified.code == 0, "\(verified)")
      #expect(verified.output.contains("chain    good"))
      #expect(verified.output.contains("replay   the same"))
    }

    private static func lookFromOutside(_ place: Place) async throws {
      let text = try await place.run("status")
      #expect(text.code == 0)
      for phrase in ["[PAPER]", "[SYNTHETIC]", "[UNTRAINED]", "[ACTIVE]", "SIM-BTC", "equity", "decisions"] {
        #expect(text.output.contains(phrase), "\(phrase) is not in\n\(text.output)")
      }
      let json = try await place.run("status", "--json")
      #expect(json.code == 0)
      let status = try json.json()
      #expect(status["is_synthetic"].bool == true)
      #expect(status["is_untrained"].bool == true)
      #expect(status["trading_state"].string == "active")
      #expect(status["start_equity_quote"].string == "100000")
      #expect(status["is_journal_healthy"].bool == true)
      #expect((status["decisions"].int ?? 0) >= 1)
      #expect(status["latch"].isMissing)
    }

    private static func explain(_ place: Place) async throws {
      let text = try await place.run("explain", "last")
      #expect(text.code == 0)
      for phrase in [
        "Decision D-", "SIM-BTC", "SYNTHETIC", "UNTRAINED", "What it saw", "Market complexity", "What it wished",
        "segments of thinking", "Checks:", "emergency stop", "daily loss", "What was decided in the end",
        "What followed",
      ] {
        #expect(text.output.contains(phrase), "\(phrase) is not in\n\(text.output)")
      }
      let name = try #require(text.output.split(separator: ":").first?.split(separator: " ").last)
      let byName = try await place.run("explain", String(name))
      #expect(byName.output == text.output)
      let records = try await place.run("explain", "last", "--json")
      #expect(records.code == 0)
      for line in records.output.split(separator: "\n") { _ = try JSON(text: String(line)) }
      #expect(try await place.run("explain", "D-999999999").code == 66)
      #expect(try await place.run("explain", "yesterday").code == 64)
    }

    /// Where no model was shipped, the first start makes the 27M model by itself, and decides within the deadline.
    @Test func firstStartWithNothing() async throws {
      let place = try Place()
      // A deadline that also a machine that is busy with other tests can keep.
      let bot = try place.start(
        ["paper", "--deadline-ms", "5000", "--set", "rollback.latency_p99_millis=10000"],
        environment: ["HRMBOT_MODELS": place.root])
      try await bot.wait(for: "first decision", within: 30) { !bot.decisions.isEmpty }
      let line = try JSON(text: String(bot.decisions[0]))
      #expect(line["policy"].string == "hrm-27m-seed1")
      #expect(line["untrained"].bool == true)
      #expect((line["segments"].int ?? 0) >= 1)
      #expect(Files.exists(place.home + "/models/hrm-27m-seed1/policy.safetensors"))
      bot.send(SIGTERM)
      #expect(try await bot.end(within: 10).code == 0)
    }

    /// A first start without settings decides with the model of the checkout, which was trained.
    @Test func firstStartWithTheShippedModel() async throws {
      let place = try Place()
      let bot = try place.start([
        "paper", "--deadline-ms", "5000", "--set", "rollback.latency_p99_millis=10000",
      ])
      try await bot.wait(for: "first decision", within: 30) { !bot.decisions.isEmpty }
      let line = try JSON(text: String(bot.decisions[0]))
      #expect(line["untrained"].bool == false)
      #expect((line["segments"].int ?? 0) >= 1)
      #expect(!Files.exists(place.home + "/models/hrm-27m-seed1"))
      bot.send(SIGTERM)
      let ended = try await bot.end(within: 10)
      #expect(ended.code == 0 && !ended.output.contains("UNTRAINED"))
    }

    @Test func secondBotOfOneHomeIsRefused() async throws {
      let place = try Place()
      let bot = try await place.trader()
      let second = try await place.run("paper", "--policy", "sma-cross")
      #expect(second.code == 75)
      #expect(second.error.contains("process \(bot.pid)"))
      #expect(second.error.contains("--home"))
      // The refusal has harmed nobody.
      #expect(try await place.status()["process_identifier"].int == Int(bot.pid))
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
    }

    /// Whoever reads the decisions may go away, or fall asleep: the bot trades on and ends in order.
    @Test(arguments: [false, true]) func readerThatDoesNotRead(isGone: Bool) async throws {
      let place = try Place()
      let pipe = place.file("pipe")
      guard mkfifo(pipe, 0o600) == 0 else { throw Failure("mkfifo") }
      let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      // Room for a few lines only.
      _ = fcntl(reader, 1031, 4096)
      defer { if !isGone { close(reader) } }
      let bot = try Child(
        "/bin/sh", ["-c", "exec \"$0\" \"$@\" > \(pipe)", Files.binary] + Place.trading(60),
        environment: place.environment([:]), directory: place.root, outputPath: place.file("out"),
        errorPath: place.file("err"))
      try await bot.wait(for: "status") { Files.exists(place.home + "/status.json") }
      if isGone { close(reader) }
      try await bot.wait(for: "a hundred decisions") {
        (place.status?["decisions"].int ?? 0) > 100
      }
      bot.send(SIGTERM)
      if !isGone {
        // The summary at the end waits for its reader.
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var text = ""
        let ended = await eventually(within: 20) {
          let count = read(reader, &buffer, buffer.count)
          if count > 0 { text += String(decoding: buffer[0..<count], as: UTF8.self) }
          return bot.hasEnded
        }
        #expect(ended)
        #expect(text.hasPrefix("{\"action\""))
      }
      let ended = try await bot.end(within: 10)
      #expect(ended.code == 0, "\(ended)")
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    /// One restart later the bot goes on: same books, one chain, warm features.
    @Test func restartGoesOn() async throws {
      let place = try Place()
      let first = try await place.trader(["--bars", "40", "--json"])
      let before = try await first.end()
      #expect(before.code == 0)
      let end = try before.json()
      #expect(end["end_reason"].string == "bar_limit")
      #expect(end["bars"].int == 40)
      #expect((end["fills"].int ?? 0) > 0)
      let again = try await place.run(Place.trading(25) + ["--bars", "5", "--json"])
      #expect(again.code == 0)
      let summary = try again.json()
      #expect(summary["bars"].int == 5)
      #expect(summary["pre_roll_bars"].int == 300)
      #expect(summary["decisions_total"].int == 5)
      #expect((summary["journal_records"].int ?? 0) > (end["journal_records"].int ?? 0))
      let verified = try await place.run("replay", "--verify", "--json")
      #expect(verified.code == 0, "\(verified)")
      #expect(try verified.json()["journal_hash"].string == summary["journal_hash"].string)
    }
  }
}
