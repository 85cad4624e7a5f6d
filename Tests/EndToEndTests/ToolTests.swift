import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct ToolTests {
    @Test func settingsTools() async throws {
      let place = try Place()
      let good = try await place.run("config", "check", "--settings", Files.repository + "/config/settings.yaml")
      #expect(good.code == 0, "\(good)")
      #expect(try await place.run("config", "check").code == 0)
      let shown = try await place.run("config", "show", "--set", "risk.max_drawdown=0.05")
      #expect(shown.code == 0)
      #expect(shown.output.contains("max_drawdown") && shown.output.contains("0.05"))
      let json = try await place.run("config", "show", "--json", "--set", "risk.max_drawdown=0.05")
      #expect(try json.json().keys.contains("risk.max_drawdown"))
      #expect(json.output.contains("0.05"))
      let table = try await place.run("config", "schema")
      #expect(table.code == 0)
      for phrase in ["risk.max_drawdown", "policy.name", "hierarchical_reasoning_model.act.M_max", "0.15"] {
        #expect(table.output.contains(phrase), "\(phrase)")
      }
      let schema = try await place.run("config", "schema", "--json")
      #expect(try JSON(text: schema.output).keys.contains("properties"))
      // Nothing of this makes a state directory.
      #expect(!Files.exists(place.home))
    }

    @Test func doctorTellsGoodFromBad() async throws {
      let place = try Place()
      let fresh = try await place.run(["doctor"] + TinyModel.options)
      #expect(fresh.code == 0, "\(fresh)")
      let bot = try await place.trader(["--bars", "3"])
      #expect(try await bot.end().code == 0)
      let good = try await place.run(["doctor"] + TinyModel.options)
      #expect(good.code == 0, "\(good)")
      for name in ["clock", "disk", "state directory", "control directory", "stop latch", "settings", "model"] {
        #expect(good.output.contains(name))
      }
      #expect(!good.output.contains("BAD"))
      #expect(!good.output.contains(" 0 MiB free"))
      let lines = try await place.run(["doctor", "--json"] + TinyModel.options).output.split(separator: "\n")
      #expect(try lines.allSatisfy { try ["good", "warning"].contains(JSON(text: String($0))["grade"].string) })

      let settings = try await place.run("doctor", "--set", "risk.max_drawdown=7")
      #expect(settings.code == 1)
      #expect(settings.output.contains("risk.max_drawdown = 7"))
      #expect(try await place.run("doctor", "--set", "policy.model_directory=/nowhere").code == 1)
      // A file where the directory should be.
      try Files.write("", to: place.file("file"))
      let unusable = try await place.run("doctor", "--home", place.file("file"))
      #expect(unusable.code == 1, "\(unusable)")
      #expect(unusable.output.contains("state directory"))
      let start = try await place.run("paper", "--home", place.file("file"), "--bars", "1")
      #expect(start.code == 73, "\(start)")
      #expect(start.error.contains(place.file("file")))
      if geteuid() != 0 {
        chmod(place.home, 0)
        defer { chmod(place.home, 0o700) }
        let unreadable = try await place.run("doctor")
        #expect(unreadable.code == 1)
        #expect(unreadable.output.contains(place.home))
      }
    }

    @Test func indicatorsOfTheGoldenBars() async throws {
      let place = try Place()
      let golden = Files.repository + "/Tests/FeaturesTests/Resources"
      let output = place.file("out.csv")
      let ended = try await place.run(
        "features", "indicators", "--input", golden + "/ohlcv_seed3_400.csv", "--output", output)
      #expect(ended.code == 0, "\(ended)")
      #expect(ended.output.contains("400 rows"))
      func table(_ path: String) -> [[String]] {
        Files.text(path).split(whereSeparator: \.isNewline).map {
          $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
      }
      let (ours, wanted) = (table(output), table(golden + "/talib_seed3_400.csv"))
      #expect(ours.first == wanted.first)
      #expect(ours.count == wanted.count)
      var compared = 0
      for (row, expected) in zip(ours, wanted).dropFirst() {
        #expect(row.count == expected.count)
        for (cell, want) in zip(row, expected) {
          let (a, b) = (Double(cell), Double(want))
          #expect((a == nil) == (b == nil), "\(cell) and \(want)")
          guard let a, let b else { continue }
          compared += 1
          #expect(abs(a - b) <= 1e-6 * max(1, abs(b)), "\(a), not \(b)")
        }
      }
      #expect(compared > 10_000)
      let wrong = try await place.run(
        "features", "indicators", "--input", golden + "/talib_seed3_400.csv", "--output", output)
      #expect(wrong.code == 65)
      #expect(wrong.error.contains("header"))
      #expect(try await place.run("features", "indicators", "--input", "/nowhere.csv", "--output", output).code == 65)
    }

    @Test func modelTools() async throws {
      let place = try Place()
      let path = place.file("tiny")
      let made = try await place.run("model", "new", "--preset", "tiny", "--seed", "9", "--out", path)
      #expect(made.code == 0)
      #expect(made.output.contains("UNTRAINED") && made.output.contains("104305"))
      let info = try await place.run("model", "info", path)
      #expect(info.code == 0)
      for phrase in ["tiny-seed9", "UNTRAINED", "104305", "H module", "L module", "this bot's"] {
        #expect(info.output.contains(phrase), "\(phrase)")
      }
      let manifest = try JSON(text: try await place.run("model", "info", path, "--json").output)
      #expect(manifest["untrained"].bool == true)
      #expect(manifest["files"]["policy.safetensors"].string?.count == 64)
      // The same seed gives the same weights; what exists is not overwritten.
      let again = try await place.run("model", "new", "--preset", "tiny", "--seed", "9", "--out", path)
      #expect(again.code == 73)
      #expect(again.error.contains("--out"))
      let twin = place.file("twin")
      #expect(try await place.run("model", "new", "--preset", "tiny", "--seed", "9", "--out", twin).code == 0)
      let second = try JSON(text: try await place.run("model", "info", twin, "--json").output)
      #expect(second["files"]["policy.safetensors"].string == manifest["files"]["policy.safetensors"].string)
    }

    @Test func modelCopies() async throws {
      let place = try Place()
      let master = try await TinyModel.path
      let copy = place.file("copy")
      let made = try await place.run("model", "export", master, "--dtype", "bf16", "--out", copy, "--segments", "1")
      #expect(made.code == 0, "\(made)")
      for phrase in ["bf16", "1000 observations", "SYNTHETIC", "UNTRAINED", "trading"] {
        #expect(made.output.contains(phrase), "\(phrase): \(made)")
      }
      let info = try JSON(text: try await place.run("model", "info", copy, "--json").output)
      #expect(info["precision"].string == "bf16" && info["untrained"].bool == true)
      let agreement = info["quantisation"]["agreement"]
      #expect(agreement["observations"].int == 1000 && agreement["kind"].string == "synthetic")
      #expect(info["agreement"].double == agreement["depths"][0]["action_agreement"].double)
      #expect((info["load_millis"].double ?? 0) > 0 && (info["weights_bytes"].int ?? 0) > 100_000)
      #expect(info["vocabulary"]["instruments"]["capacity"].int == 999)
      #expect(try await place.run("model", "export", master, "--dtype", "bf16", "--out", copy).code == 73)
      let again = try await place.run("model", "export", copy, "--dtype", "int8", "--out", place.file("x"))
      #expect(again.code == 65 && again.error.contains("bf16 copy itself"))
      let few = try await place.run("model", "export", master, "--dtype", "int8", "--observations", "999")
      #expect(few.code == 64 && few.error.contains("1000"))
      #expect(try await place.run("model", "export", master, "--dtype", "int4").code == 64)
      let nowhere = try await place.run(
        "model", "export", master, "--dtype", "int8", "--out", place.file("y"), "--data", "/nowhere/BTCUSDT.csv")
      #expect(nowhere.code == 66 && nowhere.error.contains("/nowhere/BTCUSDT.csv"))
      #expect(!Files.exists(place.file("x")) && !Files.exists(place.file("y")))
    }

    @Test func modelVocabulary() async throws {
      let place = try Place()
      let (master, out) = (try await TinyModel.path, place.file("more"))
      let made = try await place.run(
        "model", "vocabulary", master, "--add", "SOLUSDT", "--add", "ADAUSDT", "--add-timeframe", "3m", "--out", out,
        "--json")
      #expect(made.code == 0, "\(made)")
      #expect(try made.json()["instruments"]["rows"][1]["name"].string == "ADAUSDT")
      let shown = try await place.run("model", "vocabulary", out)
      #expect(shown.output.contains("2 of 999") && shown.output.contains("8 of 9") && shown.output.contains("3m"))
      let full = try await place.run(
        "model", "vocabulary", out, "--add-timeframe", "2m", "--add-timeframe", "6m", "--out", place.file("full"))
      #expect(full.code == 65 && full.error.contains("capacity of 9"), "\(full)")
      let twice = try await place.run("model", "vocabulary", out, "--add", "SOLUSDT", "--out", place.file("full"))
      #expect(twice.code == 65 && twice.error.contains("row 1 already"))
      #expect(!Files.exists(place.file("full")))
      #expect(try await place.run("model", "vocabulary", master, "--add", "X", "--out", out).code == 73)
      #expect(try await place.run("model", "vocabulary", master, "--add", "X").code == 64)
      #expect(try await place.run("model", "vocabulary", master, "--out", place.file("z")).code == 64)
      #expect(
        try await place.run("model", "vocabulary", master, "--add-timeframe", "abc", "--out", place.file("z")).code
          == 64)
    }

    @Test(arguments: [
      "", "paper", "status", "dashboard", "stop", "resume", "rollback", "promote", "policy", "policy list",
      "policy show",
      "policy diff", "policy archive", "policy verify", "policy sign", "policy keygen", "policy profile", "drill",
      "explain", "replay", "config", "config check",
      "config show", "config schema", "config reference", "features", "features indicators", "model", "model new",
      "model info",
      "model export", "model vocabulary", "bench", "bench path", "bench exchange", "doctor", "manual", "notify",
      "notify test",
      "report", "report daily", "slo", "support-bundle", "journal", "journal export", "journal import", "journal prune",
    ]) func helpHasAnExample(command: String) async throws {
      let place = try Place()
      let words = command.split(separator: " ").map(String.init)
      let ended = try await place.run(words + ["--help"])
      #expect(ended.code == 0)
      #expect(ended.output.contains("EXAMPLE"), "\(ended)")
      #expect(ended.output.contains("hrmbot \(words.first ?? "paper")"))
      #expect(ended.error.isEmpty)
    }

    @Test func helpNamesEveryCommand() async throws {
      let place = try Place()
      let ended = try await place.run("--help")
      // Every command that the overview lists has its help tested above.
      let listed = ended.output.components(separatedBy: "SUBCOMMANDS:").last?.split(separator: "\n")
        .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.compactMap {
          $0.split(separator: " ").first.map(String.init)
        }
      #expect(
        Set(listed ?? []).subtracting(["See"]) == [
          "paper", "status", "dashboard", "stop", "resume", "rollback", "promote", "policy", "drill", "explain",
          "replay",
          "config", "features",
          "model", "journal", "exchange", "simulate", "bench", "doctor", "backtest", "data", "metrics", "evaluate",
          "train", "notify", "report", "slo", "support-bundle", "manual",
        ])
      #expect(try await place.run("--version").code == 0)
    }

    @Test func pathBenchmark() async throws {
      let place = try Place()
      let ended = try await place.run("bench", "path", "--bars", "200", "--rate", "0", "--json")
      #expect(ended.code == 0, "\(ended)")
      let result = try ended.json()
      #expect(result["bars"].int == 200)
      #expect((result["intents"].int ?? 0) >= 200)
      #expect((result["p99_us"].double ?? 0) > 0)
      #expect(!Files.exists(place.home))
      let left = try FileManager.default.contentsOfDirectory(atPath: place.root).filter { $0.hasPrefix("hrmbot-bench") }
      #expect(left.isEmpty)
    }

    @Test func nothingThere() async throws {
      let place = try Place()
      for (arguments, code) in [
        (["explain", "last"], 66), (["replay", "--verify"], 66), (["status"], 69), (["dashboard"], 69), (["resume"], 1),
      ] as [([String], Int32)] {
        let ended = try await place.run(arguments)
        #expect(ended.code == code, "\(arguments): \(ended)")
        #expect(ended.text.contains(place.home))
      }
    }
  }
}
