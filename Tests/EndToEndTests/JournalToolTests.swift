import Foundation
import Testing

extension EndToEnd {
  /// `hrmbot journal info`, `check` and `export`.
  @Suite struct JournalToolTests {
    private static func sound() async throws -> Place {
      let place = try Place()
      let ended = try await place.run(Place.trading(100) + ["--bars", "40"])
      guard ended.code == 0 else { throw Failure("\(ended)") }
      return place
    }

    @Test func infoSaysWhatThereIs() async throws {
      let place = try await Self.sound()
      let view = try JournalView(place.journal)
      let shown = try await place.run("journal", "info")
      #expect(shown.code == 0 && shown.output.contains("records   1 to \(view.entries.count)"), "\(shown)")
      #expect(shown.output.contains("sessions  1") && shown.output.contains("journal.sqlite"))
      let json = try await place.run("journal", "info", "--json").json()
      #expect(json["last_sequence"].int == view.entries.count && json["first_sequence"].int == 1)
      #expect(json["directory"].string == place.journal && json["files"].items.count == 1)
      #expect(json["sessions"].items.first?["mode"].string == "paper")
      #expect(json["state_problem"].text == "null" && json["missing_archive"].text == "null")
      let nowhere = try await place.run("journal", "info", "--journal", place.file("nowhere"))
      #expect(nowhere.code != 0 && nowhere.error.contains("nowhere"), "\(nowhere)")
    }

    @Test func checkTestsEveryHash() async throws {
      let place = try await Self.sound()
      let count = try JournalView(place.journal).entries.count
      let good = try await place.run("journal", "check")
      #expect(good.code == 0 && good.output.contains("\(count)"), "\(good)")
      let json = try await place.run("journal", "check", "--open", "--json").json()
      #expect(json["records"].int == count)
      try Files.write("{}", to: place.journal + "/head.json")
      let bad = try await place.run("journal", "check")
      #expect(bad.code == 1 && (bad.output + bad.error).contains("head"), "\(bad)")
    }

    @Test func exportGivesTheRecordsAsTheyAre() async throws {
      let place = try await Self.sound()
      let view = try JournalView(place.journal)
      let all = try await place.run("journal", "export")
      let lines = try all.output.split(separator: "\n").map { try JSON(text: String($0)) }
      #expect(all.code == 0 && lines.map { $0["sequence"].int ?? 0 } == Array(1...view.entries.count))
      for (line, entry) in zip(lines, view.entries) {
        #expect(line["kind"].string == entry.kind.rawValue)
        #expect(try line["payload"].text(without: "-") == entry.json.text(without: "-"), "record \(entry.sequence)")
      }
      let file = place.file("part.jsonl")
      let part = try await place.run(
        "journal", "export", "--from", "5", "--to", "20", "--kind", "bar", "--out", file, "--json")
      #expect(part.code == 0, "\(part)")
      let wanted = view.all(.bar).filter { (5...20).contains($0.sequence) }.map { Int($0.sequence) }
      let written = try Files.text(file).split(separator: "\n").map { try JSON(text: String($0))["sequence"].int ?? 0 }
      #expect(!wanted.isEmpty && written == wanted)
      #expect(try await place.run("journal", "export", "--from", "2000-01-01", "--to", "2000-01-02").output.isEmpty)
      let script = "'\(Files.binary)' journal export | head -n 1; exit ${PIPESTATUS[0]}"
      let cut = try await place.start(["-c", script], program: "/bin/bash").end()
      #expect(cut.code == 0 && cut.error.isEmpty && cut.output.contains("\"sequence\":1,"), "\(cut)")
      for words in [["--kind", "rumour"], ["--from", "yesterday"]] {
        let refused = try await place.run(["journal", "export"] + words)
        #expect(refused.code != 0 && !refused.error.isEmpty, "\(words): \(refused)")
      }
    }
  }
}
