import Foundation
import Testing

extension EndToEnd {
  @Suite struct ReplayTests {
    static func cross(_ files: [String], _ more: String...) -> [String] {
      ["paper", "--policy", "sma-cross", "--json"] + files.flatMap { ["--replay", $0] } + more
    }

    private static func isDecimal(_ text: String?) -> Bool {
      text?.wholeMatch(of: /-?[0-9]+(\.[0-9]+)?/) != nil
    }

    /// All that the summary promises, and that its parts add up.
    private static func expectWhole(_ summary: JSON) {
      for key in ["cash_quote", "equity_quote", "fees_quote", "net_result_quote", "start_cash_quote"] {
        #expect(isDecimal(summary[key].string), "\(key)")
      }
      for key in [
        "bars", "decisions_total", "orders", "orders_rejected", "fills", "policy_switches", "journal_records",
      ] {
        #expect(summary[key].int != nil, "\(key)")
      }
      #expect(summary["decisions"].keys == ["buy_long", "sell_short", "close_long", "close_short", "hold"])
      #expect(summary["decisions"].sum == summary["decisions_total"].int)
      #expect(summary["decisions_after_veto"].sum == summary["decisions_total"].int)
      #expect(!summary["vetoes"].isMissing && !summary["act_depth"].isMissing && !summary["fallbacks"].isMissing)
      #expect(summary["journal_hash"].string?.count == 64)
      #expect(
        summary["timing"].keys == [
          "bars_per_second", "deadline", "decision_latency_us", "decisions_per_second", "path_latency_us",
          "peak_memory_mib",
          "wall_seconds",
        ])
      #expect(summary["feed"]["rows"].int != nil)
      #expect(summary["schema"].string == "hrmbot.summary/1")
    }

    @Test func twiceTheSame() async throws {
      let place = try Place()
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 3000, minutes: 5, seed: 11).write(to: file)
      let first = try await place.run(Self.cross([file], "--speed", "max"))
      #expect(first.code == 0, "\(first)")
      let summary = try first.json()
      Self.expectWhole(summary)
      #expect(summary["bars"].int == 3000)
      #expect(summary["decisions_total"].int == 3000 - (summary["pre_roll_bars"].int ?? 0))
      #expect(summary["mode"].string == "replay")
      #expect(summary["synthetic"].bool == false)
      #expect(summary["end_reason"].string == "end_of_data")
      #expect(summary["first_bar"].string == "2024-01-01T00:05:00Z")
      #expect((summary["fills"].int ?? 0) > 20)
      #expect(summary["fees_quote"].string != "0")
      let second = try await place.run(Self.cross([file]))
      #expect(try second.json().text(without: "timing") == summary.text(without: "timing"))
      let verified = try await place.run("replay", "--verify")
      #expect(verified.code == 0, "\(verified)")
      let packed = try await place.gzip(file)
      let fromPacked = try await place.run(Self.cross([packed])).json()
      // The session record names the file, so the hash is another; nothing else is.
      #expect(
        try fromPacked.text(without: "timing", "journal_hash") == summary.text(without: "timing", "journal_hash"))
    }

    /// Cash, fees and result agree to the last digit with what the fills in the journal say.
    @Test func booksAddUpExactly() async throws {
      let place = try Place()
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 1500, minutes: 60, seed: 12).write(to: file)
      let summary = try await place.run(Self.cross([file])).json()
      let books = try Ledger.books(of: place.home + "/replay")
      let fromFills = try JournalView(place.home + "/replay").cash(from: "100000")
      #expect(fromFills.cash.description == summary["cash_quote"].string)
      #expect(fromFills.fees.description == summary["fees_quote"].string)
      #expect(books.cash == summary["cash_quote"].string)
      #expect(fromFills.fills == summary["fills"].int)
    }

    @Test func networkDecidesTheSameTwice() async throws {
      let place = try Place()
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 700, minutes: 60, seed: 13).write(to: file)
      let arguments =
        try await ["paper", "--replay", file, "--policy", "hrm", "--json", "--bars", "500"] + TinyModel.options
      let first = try await place.run(arguments)
      let second = try await place.run(arguments)
      #expect(first.code == 0, "\(first)")
      let summary = try first.json()
      Self.expectWhole(summary)
      #expect(summary["untrained"].bool == true)
      // Before the window is full nobody asks the network.
      #expect(summary["decisions_total"].int == 500)
      #expect(summary["act_depth"].sum == 500 - 227)
      #expect(try second.json().text(without: "timing") == summary.text(without: "timing"))
      let verified = try await place.run(["replay", "--verify", "--json"] + TinyModel.options)
      #expect(verified.code == 0, "\(verified)")
    }

    @Test func severalFilesAtOnce() async throws {
      let place = try Place()
      let files = [place.file("BTCUSDT.csv"), place.file("ETHUSDT.csv")]
      try Bars(count: 900, minutes: 60, seed: 14).write(to: files[0])
      try Bars(count: 600, minutes: 60, seed: 15, price: 250_000).write(to: files[1])
      let ended = try await place.run(Self.cross(files))
      #expect(ended.code == 0, "\(ended)")
      let summary = try ended.json()
      #expect(summary["instruments"].items.compactMap(\.string) == ["BTCUSDT", "ETHUSDT"])
      #expect(summary["bars"].int == 1500)
      #expect(try await place.run("replay", "--verify").code == 0)
      let twice = try await place.run(Self.cross([files[0], files[0]]))
      #expect(twice.code == 66)
      #expect(twice.error.contains("BTCUSDT is given twice"))
    }

    /// Five-minute bars made into hours by the bot decide as the hours that were made without it.
    @Test func aggregationEqualsHours() async throws {
      let place = try Place()
      var fine = Bars(count: 12 * 700, minutes: 5, seed: 16)
      // Three hours missing, and single rows of other hours.
      fine.rows.removeAll { row in
        let index = Int((row.time - Bars.start) / 300_000)
        return (4800..<4836).contains(index) || index == 6001 || index == 6014
      }
      try Files.makeDirectory(place.file("fine"))
      try Files.makeDirectory(place.file("coarse"))
      try fine.write(to: place.file("fine/BTCUSDT.csv"))
      try fine.combined(minutes: 60).write(to: place.file("coarse/BTCUSDT.csv"))
      let aggregated = try await place.run(Self.cross([place.file("fine/BTCUSDT.csv")], "--timeframe", "1h"))
      #expect(aggregated.code == 0, "\(aggregated)")
      let direct = try await place.run(Self.cross([place.file("coarse/BTCUSDT.csv")], "--timeframe", "1h"))
      #expect(direct.code == 0, "\(direct)")
      let summary = try aggregated.json()
      #expect(summary["timeframe"].string == "1h")
      #expect(summary["bars"].int == 697)
      #expect((summary["fills"].int ?? 0) > 5)
      // The reader counts rows of the file; all the rest, the journal's hash included, is the same.
      #expect(try direct.json().text(without: "timing", "feed") == summary.text(without: "timing", "feed"))
      let impossible = try await place.run(
        Self.cross([place.file("coarse/BTCUSDT.csv")], "--timeframe", "5m"))
      #expect(impossible.code == 66)
      #expect(impossible.error.contains("choose a multiple of 1h"))
    }

    @Test func journalCanBeLeftOut() async throws {
      let place = try Place()
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 800, minutes: 60, seed: 17).write(to: file)
      let with = try await place.run(Self.cross([file])).json()
      try Files.remove(place.home + "/replay")
      let ended = try await place.run(Self.cross([file], "--journal", "off"))
      #expect(ended.code == 0, "\(ended)")
      let without = try ended.json()
      #expect(without["journal_hash"].isMissing)
      #expect(without["journal_records"].isMissing)
      #expect(!Files.exists(place.home + "/replay"))
      let both = ("journal_hash", "journal_records")
      #expect(
        try without.text(without: "timing", both.0, both.1) == with.text(without: "timing", both.0, both.1))
      let elsewhere = try await place.run(Self.cross([file], "--journal", place.file("elsewhere")))
      #expect(elsewhere.code == 0)
      #expect(try elsewhere.json()["journal_hash"].string == with["journal_hash"].string)
      #expect(try await place.run("replay", "--verify", "--journal", place.file("elsewhere")).code == 0)
    }

    @Test func paceAndLength() async throws {
      let place = try Place()
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 400, minutes: 60, seed: 18).write(to: file)
      let short = try await place.run(Self.cross([file], "--bars", "100")).json()
      #expect(short["bars"].int == 100)
      #expect(short["end_reason"].string == "bar_limit")
      let paced = try await place.run(Self.cross([file], "--bars", "100", "--speed", "50"))
      #expect(paced.code == 0, "\(paced)")
      let summary = try paced.json()
      #expect((summary["timing"]["wall_seconds"].double ?? 0) > 1.8)
      #expect(
        paced.error.split(separator: "\n").filter { $0.contains("\"action\"") }.count == summary["decisions_total"].int)
      // On a clock and without one the same is decided.
      for key in ["bars", "decisions_total", "fills", "cash_quote", "equity_quote", "fees_quote"] {
        #expect(summary[key].text == short[key].text, "\(key)")
      }
      for wrong in [["--speed", "0"], ["--speed", "fast"], ["--bars", "0"], ["--timeframe", "7x"]] {
        let refused = try await place.run(["paper", "--replay", file] + wrong)
        #expect(refused.code == 64, "\(wrong): \(refused)")
        #expect(refused.error.contains(wrong[1]))
      }
    }

    /// The journal of a trading bot is not overwritten by a replay that is pointed at it.
    @Test func replayKeepsOffTheBotsJournal() async throws {
      let place = try Place()
      let bot = try await place.trader(["--bars", "5"])
      #expect(try await bot.end().code == 0)
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 300, minutes: 60, seed: 19).write(to: file)
      let refused = try await place.run(Self.cross([file], "--journal", place.journal))
      #expect(refused.code == 73)
      #expect(refused.error.contains("--journal"))
      #expect(try await place.run("replay", "--verify", "--journal", place.journal).code == 0)
    }
  }
}
