import Digest
import Foundation
import Glibc
import Testing

extension EndToEnd {
  /// Files and options that are wrong: each is refused with its own exit code, the place, and what to do.
  @Suite struct HostileInputTests {
    @Test func settingsAreRefusedWithAllTheirMistakes() async throws {
      let place = try Place()
      let path = place.file("wrong.yaml")
      let cases: [(String, [String])] = [
        (
          "a: &a [x]\nb: &b [*a, *a]\nrisk: *b\n",
          ["wrong.yaml:1: anchors", "wrong.yaml:2: anchors", "wrong.yaml:3: aliases"]
        ),
        (
          "risk:\n  max_drawdwn: 0.1\n  max_orders_per_minute: many\npolicy:\n  nam: hrm\n  deadline_millis: -4\n",
          [
            "wrong.yaml:2: risk.max_drawdwn: ", "did you mean risk.max_drawdown?",
            "wrong.yaml:3: risk.max_orders_per_minute = many", "range 1...100000", "wrong.yaml:5: policy.nam",
            "wrong.yaml:6: policy.deadline_millis = -4",
          ]
        ),
        ("risk: 7\n", ["wrong.yaml:1", "risk"]),
        ("risk:\n  max_drawdown: .nan\n", ["wrong.yaml:2: risk.max_drawdown = .nan"]),
        ("risk:\n  max_drawdown: 0.1\n  max_drawdown: 0.2\n", ["wrong.yaml:", "written twice: max_drawdown"]),
        ("risk: !!python/object {}\n", ["wrong.yaml:1"]),
        ("risk:\n\tmax_drawdown: 0.1\n", ["wrong.yaml:2"]),
        (String(repeating: "# comment\n", count: 110_000), ["wrong.yaml", "larger than 256 KiB"]),
        ("risk:\n  max_drawdown: \"\u{1B}[2J\"\n", ["wrong.yaml:2"]),
      ]
      for (text, expected) in cases {
        try Files.write(text, to: path)
        for command in [["config", "check"], ["paper", "--bars", "1"]] {
          let ended = try await place.run(command + ["--settings", path])
          #expect(ended.code == 78, "\(command) \(text.prefix(60)): \(ended)")
          for phrase in expected { #expect(ended.error.contains(phrase), "\(phrase) is not in \(ended)") }
          #expect(!ended.error.contains("\u{1B}"))
        }
        #expect(!Files.exists(place.journal), "nothing was begun")
      }
      for arguments in [
        ["--settings", place.file("nowhere.yaml")], ["--settings", place.root], ["--set", "risk.max_drawdown=2"],
        ["--set", "nonsense.key=1"],
      ] {
        let ended = try await place.run(["paper", "--bars", "1"] + arguments)
        #expect(ended.code == 78, "\(arguments): \(ended)")
        #expect(ended.error.contains(arguments[1].split(separator: "=")[0]), "\(ended)")
      }
      let byEnvironment = try await place.run("config", "check", environment: ["HRMBOT_RISK_MAX_DRAWDOWN": "much"])
      #expect(byEnvironment.code == 78)
      #expect(byEnvironment.error.contains("HRMBOT_RISK_MAX_DRAWDOWN"))
    }

    /// Single wrong rows are refused and counted, each with its line; the rest is traded.
    @Test func wrongRowsAreCounted() async throws {
      let place = try Place()
      let file = place.file("BTCUSDT.csv")
      let bars = Bars(count: 300, minutes: 60, seed: 31)
      func columns(_ line: String) -> [String] { line.split(separator: ",").map(String.init) }
      let cases: [(String, (inout [String]) -> Void, String)] = [
        ("bad_rows", { $0[50] = self.replacing($0[50], 1, "NaN") }, "BTCUSDT.csv:51: open 'NaN'"),
        ("bad_rows", { $0[50] = self.replacing($0[50], 2, "1e400") }, "BTCUSDT.csv:51: high"),
        ("bad_rows", { $0[50] = self.replacing($0[50], 3, "-5.00") }, "BTCUSDT.csv:51: low '-5.00'"),
        ("bad_rows", { $0[50] += ",7" }, "BTCUSDT.csv:51: "),
        ("bad_rows", { $0[50] = "\u{1B}[2Jrubbish" }, "BTCUSDT.csv:51: "),
        ("impossible_bars", { $0[50] = self.replacing($0[50], 2, "1.00") }, "BTCUSDT.csv:51: "),
        ("duplicates", { $0.insert($0[50], at: 51) }, "BTCUSDT.csv:52: "),
        ("disorder", { $0.swapAt(50, 60) }, "BTCUSDT.csv:"),
      ]
      for (counter, damage, message) in cases {
        var lines = [Bars.header] + bars.lines
        damage(&lines)
        try Files.write(lines.joined(separator: "\n") + "\n", to: file)
        let ended = try await place.run(ReplayTests.cross([file]))
        #expect(ended.code == 0, "\(ended)")
        let summary = try ended.json()
        #expect((summary["feed"][counter].int ?? 0) >= 1, "\(message): \(summary["feed"].text)")
        #expect((summary["bars"].int ?? 0) >= 280)
        #expect(ended.error.contains(message), "\(ended)")
        #expect(!ended.error.contains("\u{1B}"))
      }
    }

    private func replacing(_ line: String, _ column: Int, _ text: String) -> String {
      var fields = line.split(separator: ",").map(String.init)
      fields[column] = text
      return fields.joined(separator: ",")
    }

    @Test func uselessFilesAreRefused() async throws {
      let place = try Place()
      let bars = Bars(count: 40, minutes: 60, seed: 32)
      let text = ([Bars.header] + bars.lines).joined(separator: "\n") + "\n"
      let cases: [(String, String, [String])] = [
        ("EMPTY.csv", "", ["EMPTY.csv", "empty"]),
        ("HEADER.csv", Bars.header + "\n", ["HEADER.csv", "no rows"]),
        ("COLUMN.csv", text.replacingOccurrences(of: "close", with: "clothes"), ["COLUMN.csv:1", "'close'", "header"]),
        ("NAN.csv", Bars.header + "\n0,NaN,1,1,1,1\n1,inf,1,1,1,1\n", ["NAN.csv", "NAN.csv:2", "NaN"]),
        ("LONG.csv", text + String(repeating: "1", count: 100_000) + "\n", ["LONG.csv:42", "longer than"]),
        ("RUBBISH.csv", "\u{1}\u{2}\u{3}", ["RUBBISH.csv"]),
      ]
      for (name, content, expected) in cases {
        try Files.write(content, to: place.file(name))
        let ended = try await place.run(ReplayTests.cross([place.file(name)]))
        #expect(ended.code == 66, "\(ended)")
        for phrase in expected { #expect(ended.error.contains(phrase), "\(phrase) is not in \(ended)") }
      }
      for path in [place.file("NOWHERE.csv"), place.root] {
        let ended = try await place.run(ReplayTests.cross([path]))
        #expect(ended.code == 66)
        #expect(ended.error.contains(path))
      }
    }

    /// Damage that shows only in the middle: the books are closed in order, and the journal is whole up to there.
    @Test(arguments: [false, true]) func damagedArchiveEndsInOrder(isCut: Bool) async throws {
      let place = try Place()
      let file = place.file("BTCUSDT.csv")
      try Bars(count: 4000, minutes: 60, seed: 33).write(to: file)
      let packed = try await place.gzip(file)
      var bytes = [UInt8](try #require(FileManager.default.contents(atPath: packed)))
      if isCut { bytes.removeLast(bytes.count / 4) } else { bytes[bytes.count - 6] ^= 0xFF }
      try Files.write(bytes, to: packed)
      let damaged = try await place.run(ReplayTests.cross([packed]))
      #expect(damaged.code == 65, "\(damaged)")
      #expect(damaged.error.contains("BTCUSDT.csv.gz: damaged at byte"), "\(damaged)")
      #expect(damaged.error.contains("get the file anew"))
      #expect(try damaged.json()["end_reason"].string?.hasPrefix("error: ") == true)
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    @Test func damagedModelsAreRefused() async throws {
      let place = try Place()
      let cases: [(String, (String) throws -> Void, [String])] = [
        (
          "cut", { try self.alter($0 + "/policy.safetensors") { $0.removeLast($0.count / 2) } },
          ["policy.safetensors", "SHA-256"]
        ),
        (
          "flipped", { try self.alter($0 + "/policy.safetensors") { $0[$0.count - 100] ^= 1 } },
          ["policy.safetensors", "SHA-256"]
        ),
        ("extra", { try Files.write("x", to: $0 + "/run.sh") }, ["run.sh", "remove it"]),
        ("gone", { try Files.remove($0 + "/policy.safetensors") }, ["policy.safetensors", "missing"]),
        (
          "schema",
          { try self.edit($0, "feature_schema_hash") { _ in "\"" + String(repeating: "0", count: 64) + "\"" } },
          ["schema", "features"]
        ),
        ("manifest", { try Files.write("{\"format\":", to: $0 + "/manifest.json") }, ["manifest.json", "JSON"]),
        ("cut behind the manifest's back", { try self.cutConsistently($0) }, ["policy.safetensors"]),
      ]
      for (name, damage, expected) in cases {
        let model = place.file("model")
        try Files.copy(try await TinyModel.path, to: model)
        try damage(model)
        let ended = try await place.run("paper", "--bars", "1", "--set", "policy.model_directory=\(model)")
        #expect(ended.code == 78, "\(name): \(ended)")
        #expect(ended.error.contains(model))
        #expect(expected.contains { ended.error.contains($0) }, "\(name): \(ended)")
        #expect(ended.error.contains("policy.model_directory"), "\(name): the remedy: \(ended)")
        if name != "schema" {
          let info = try await place.run("model", "info", model)
          #expect(info.code == 65, "\(name): \(info)")
          #expect(info.error.contains(expected[0]), "\(name): \(info)")
        }
        try Files.remove(model)
      }
      let nowhere = try await place.run("paper", "--bars", "1", "--set", "policy.model_directory=\(place.file("none"))")
      #expect(nowhere.code == 78)
      #expect(nowhere.error.contains(place.file("none")))
    }

    private func alter(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
      var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
      body(&bytes)
      try Files.write(bytes, to: path)
    }

    /// Replaces the value of one member of the manifest.
    private func edit(_ model: String, _ key: String, _ value: (String) -> String) throws {
      let path = model + "/manifest.json"
      let lines = Files.text(path).split(separator: "\n").map { line in
        guard line.contains("\"\(key)\" : "), let colon = line.firstIndex(of: ":") else { return String(line) }
        return line[...colon] + " " + value(String(line)) + (line.hasSuffix(",") ? "," : "")
      }
      try Files.write(lines.joined(separator: "\n") + "\n", to: path)
    }

    /// Weights cut short, with a manifest that has the right hash of them.
    private func cutConsistently(_ model: String) throws {
      try alter(model + "/policy.safetensors") { $0.removeLast(4000) }
      let bytes = [UInt8](try #require(FileManager.default.contents(atPath: model + "/policy.safetensors")))
      try edit(model, "policy.safetensors") { _ in "\"\(SHA256.hex(SHA256.digest(bytes)))\"" }
    }

    @Test func wrongUsage() async throws {
      let place = try Place()
      for arguments in [
        ["--nonsense"], ["paper", "--nonsense"], ["nonsense"], ["stop", "--level", "high"], ["replay"], ["explain"],
        ["paper", "--set", "nonsense"], ["model", "new", "--preset", "huge"], ["paper", "--seed", "-1"],
      ] {
        let ended = try await place.run(arguments)
        #expect(ended.code == 64, "\(arguments): \(ended)")
        #expect(!ended.error.isEmpty)
      }
      #expect(!Files.exists(place.journal))
    }
  }
}
