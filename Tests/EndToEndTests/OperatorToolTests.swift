import Foundation
import Glibc
import Loopback
import Synchronization
import Testing

extension EndToEnd {
  /// What an operator asks besides: who is told, what a day brought, how available the bot was, what to send to whom helps.
  @Suite struct OperatorToolTests {
    private static let good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func secret(_ place: Place, _ name: String, _ text: String) throws {
      try Files.makeDirectory(place.home + "/credentials")
      let path = "\(place.home)/credentials/\(name)"
      try Files.write(text + "\n", to: path)
      chmod(path, 0o600)
    }

    @Test func everyChannelIsTestedAndTheBotTellsOfAStop() async throws {
      let place = try Place()
      let bodies = Mutex<[String]>([])
      let server = try LoopbackServer { request in
        bodies.withLock { $0.append(request) }
        return .reply(Self.good)
      }
      #expect(try await place.run("notify", "test").code == 78)
      let hook = ["--set", "notifications.webhook_url=\(server.address)/hook"]
      let mail = [
        "--set", "notifications.mail_server=smtp://127.0.0.1:\(try Wire.freePort())", "--set",
        "notifications.mail_from=a@b.example", "--set", "notifications.mail_to=c@d.example",
      ]
      let unsigned = try await place.run(["notify", "test"] + hook)
      #expect(unsigned.code == 78 && unsigned.output.contains("webhook-secret"), "\(unsigned)")
      try secret(place, "webhook-secret", "a-secret-of-twenty-letters")
      let one = try await place.run(["notify", "test", "--json"] + hook + mail)
      #expect(one.code == 1, "\(one)")
      let channels = try one.json()["channels"].items
      #expect(channels.map { $0["channel"].string } == ["webhook", "mail"])
      #expect(channels.map { $0["sent"].bool } == [true, false])
      #expect(bodies.withLock { $0.count == 1 && $0[0].contains("\"kind\":\"test\"") })

      let bot = try await place.trader(hook)
      try Files.write("{\"reason\":\"a-secret-of-twenty-letters\\u001b[2J\"}", to: place.stop)
      _ = try await place.latchName()
      #expect(await eventually(within: 20) { bodies.withLock { $0.contains { $0.contains("\"kind\":\"stop\"") } } })
      bot.send(SIGINT)
      #expect(try await bot.end(within: 20).code == 0)
      let all = bodies.withLock { $0 }
      #expect(
        all.contains { $0.contains("\"kind\":\"started\"") } && all.contains { $0.contains("\"kind\":\"ended\"") })
      #expect(!all.contains { $0.contains("\u{1b}") || $0.contains("\\u001b") })
    }

    @Test func reportAndAvailabilityComeFromTheJournal() async throws {
      let place = try Place()
      #expect(try await place.run("slo").code == 66)
      #expect(try await place.run("report", "daily").code == 66)
      let bot = try place.start(["paper", "--policy", "flat"])
      try await bot.wait(for: "a status") { Files.exists(place.home + "/status.json") }
      try await Task.sleep(for: .seconds(3))
      bot.send(SIGKILL)
      _ = try await bot.end(within: 20)
      let again = try place.start(["paper", "--policy", "flat", "--bars", "3"])
      #expect(try await again.end(within: 60).code == 0)
      let report = try await place.run("report", "daily", "--json").json()
      #expect((report["decisions"]["total"].int ?? 0) > 0 && report["net_quote"].string == "0")
      let verified = try await place.run("replay", "--verify")
      #expect(verified.code == 0, "\(verified)")
      let records = try JournalView(place.journal).all(.control).compactMap { $0.json["command"].string }
      #expect(records.contains("silence") && records.filter { $0 == "readiness" }.count >= 2)
      #expect(try await place.run("slo", "--json").output.contains("\"goal\":0.999"))
      #expect(try await place.run("slo", "--days", "0").code == 64)
      #expect(try await place.run("report", "daily", "--date", "yesterday").code == 64)
    }

    @Test func aWholeExportBecomesTheSameJournal() async throws {
      let place = try Place()
      #expect(try await place.run(Place.trading(100) + ["--bars", "40"]).code == 0)
      let file = place.file("whole.jsonl")
      #expect(try await place.run("journal", "export", "--whole", "--out", file).code == 0)
      let hash = try await place.run("journal", "check", "--json").json()["hash"].string ?? ""
      let made = try await place.run("journal", "import", file, "--to", place.file("copy"), "--hash", hash)
      #expect(made.code == 0 && made.output.contains(hash), "\(made)")
      let verified = try await place.run("replay", "--verify", "--journal", place.file("copy"))
      #expect(verified.code == 0, "\(verified)")
      #expect(try await place.run("journal", "verify", "--journal", place.file("copy")).code == 0)
      #expect(try await place.run("journal", "import", file, "--to", place.file("copy")).code == 65)
      #expect(try await place.run("journal", "import", file, "--to", place.file("x"), "--hash", "00").code == 65)

      let lines = Files.text(file).split(separator: "\n").map(String.init)
      let changed = lines.enumerated().map { $0 == 20 ? $1.replacing("1", with: "2") : $1 }
      for (name, text) in [
        ("changed", changed.joined(separator: "\n")), ("cut", lines.dropLast().joined(separator: "\n")),
        ("gap", (lines[..<9] + lines[10...]).joined(separator: "\n")),
        ("headless", lines.dropFirst().joined(separator: "\n")), ("empty", ""),
      ] {
        try Files.write(text, to: place.file(name))
        let refused = try await place.run("journal", "import", place.file(name), "--to", place.file("bad"))
        #expect(refused.code == 65, "\(name): \(refused)")
        #expect(!Files.exists(place.file("bad")), "\(name)")
      }
    }

    @Test func whatIsPrunedLeavesAChainThatHolds() async throws {
      let place = try Place()
      let bot = try await place.trader()
      let inUse = try await place.run("journal", "prune", "--keep", "0")
      #expect(inUse.code == 75, "\(inUse)")
      bot.send(SIGINT)
      #expect(try await bot.end(within: 20).code == 0)
      for part in ["a", "b"] {
        let pruned = try await place.run(
          "journal", "prune", "--keep", "1", "--rotate", "--to", place.file("away"), "--json")
        #expect(pruned.code == 0, "\(part): \(pruned)")
        #expect(try pruned.json()["archives"].items.count == (part == "a" ? 0 : 1))
        let more = try await place.run(Place.trading(100) + ["--bars", "10"])
        #expect(more.code == 0, "\(more)")
      }
      #expect(try await place.run("journal", "check").code == 0)
      let away = try FileManager.default.contentsOfDirectory(atPath: place.file("away")).sorted()
      #expect(away.count == 2 && away[1] == away[0] + ".json", "\(away)")
      let note = try JSON(text: Files.text(place.file("away/\(away[1])")))
      #expect(note["archives"][0]["first"].int == 1 && note["archives"][0]["head_hash"].string?.count == 64)
      let dry = try await place.run("journal", "prune", "--keep", "0", "--dry-run")
      #expect(dry.output.contains("would go") && dry.code == 0)
      // A pruned journal can be carried elsewhere too.
      #expect(try await place.run("journal", "prune", "--keep", "0").code == 0)
      let file = place.file("rest.jsonl")
      #expect(try await place.run("journal", "export", "--whole", "--out", file).code == 0)
      let made = try await place.run("journal", "import", file, "--to", place.file("rest"))
      #expect(made.code == 0, "\(made)")
    }

    /// Secrets are planted wherever one may get to by mistake; none may be in the bundle.
    @Test func aBundleHoldsNoSecret() async throws {
      let place = try Place()
      let planted = [
        "tele-9981:PLANTEDtoken", "plantedWebhookSecret77", "plantedSMTPpass\"w\\ord", "plantedBearer123456",
        "plantedURLpassword", "plantedEnvironment55", "plantedHookPath",
      ]
      try secret(place, "telegram-token", planted[0])
      try secret(place, "webhook-secret", planted[1])
      try secret(place, "smtp-password", planted[2])
      try secret(place, "webhook-url", "https://127.0.0.1:1/\(planted[6])")
      let bot = try await place.trader()
      // A person's mistakes: secrets in the reason of a stop, which goes to journal, latch, log and status.
      let reason = "try \(planted[0]) or Bearer \(planted[3]) at https://me:\(planted[4])@x.example token=\(planted[1])"
      #expect(try await place.run("stop", "--reason", reason).code == 0)
      _ = try await place.latchName()
      bot.send(SIGINT)
      #expect(try await bot.end(within: 20).code == 0)
      try Files.write(
        "{\"message\":\"password: \(planted[4]), Authorization: Bearer \(planted[3])\"}\n\(planted[5])\n",
        to: place.home + "/hrmbot.log")
      let tokens = ["read", "operate"].map {
        Files.text(place.home + "/tokens/\($0)").trimmingCharacters(in: .whitespacesAndNewlines)
      }
      let made = try await place.run(
        "support-bundle", "-o", place.file("b.tar.gz"), "--offline", "--set",
        "notifications.webhook_url=https://hook.example/\(planted[6])", "--set",
        "notifications.mail_to=person@x.example",
        environment: ["VENUE_API_KEY": planted[5]])
      #expect(made.code == 0, "\(made)")
      var status = stat()
      #expect(stat(place.file("b.tar.gz"), &status) == 0 && status.st_mode & 0o077 == 0)
      try Files.makeDirectory(place.file("open"))
      let tar = Process()
      tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      tar.arguments = ["tar", "-xzf", place.file("b.tar.gz"), "-C", place.file("open")]
      try tar.run()
      tar.waitUntilExit()
      let walk = FileManager.default.enumerator(atPath: place.file("open"))
      let names = (walk?.allObjects as? [String] ?? []).filter { $0.contains(".") && !$0.hasSuffix("Z") }
      #expect(names.count == 11, "\(names)")
      for name in names {
        let text = Files.text(place.file("open/\(name)"))
        #expect(!text.isEmpty, "\(name)")
        for secret in planted + tokens + ["person@x.example", "plantedSMTPpass"] where !secret.isEmpty {
          #expect(!text.contains(secret), "\(name): \(secret)")
        }
      }
      let records = names.first { $0.hasSuffix("records.jsonl") }.map { Files.text(place.file("open/\($0)")) } ?? ""
      #expect(records.contains("\"kind\":\"latch\"") && records.contains("***"))
      let log = names.first { $0.hasSuffix("log.jsonl") }.map { Files.text(place.file("open/\($0)")) } ?? ""
      #expect(log.contains("Authorization"))
    }

    @Test func theDoctorLooksAtChannelsAndHosts() async throws {
      let place = try Place()
      let server = try LoopbackServer { _ in
        .reply("HTTP/1.1 200 OK\r\nDate: Tue, 01 Jan 2030 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n")
      }
      try secret(place, "webhook-secret", "a-secret-of-twenty-letters")
      let hook = ["--set", "notifications.webhook_url=\(server.address)/a-path-that-is-secret"]
      let options = try await TinyModel.options
      func findings(_ more: [String]) async throws -> [JSON] {
        try await place.run(["doctor", "--json"] + options + more).output.split(separator: "\n").map {
          try JSON(text: String($0))
        }
      }
      let found = try await findings(hook)
      func grade(_ name: String, _ found: [JSON]) -> String? {
        found.first { $0["name"].string == name }?["grade"].string
      }
      #expect(grade("notifications", found) == "good" && grade("credential", found) == "good", "\(found)")
      #expect(grade("host", found) == "good" && grade("clock skew", found) == "warning")
      #expect(server.requests.allSatisfy { $0.hasPrefix("HEAD / ") } && !server.requests.isEmpty)
      #expect(grade("notifications", try await findings([])) == "warning")
      let offline = try await findings(hook + ["--offline"])
      #expect(grade("host", offline) == nil)
      let gone = "notifications.webhook_url=http://127.0.0.1:\(try Wire.freePort())/x"
      #expect(grade("host", try await findings(["--set", gone])) == "bad")
      chmod(place.home + "/credentials/webhook-secret", 0o644)
      let open = try await findings(hook)
      #expect(grade("credential", open) == "bad" && grade("notifications", open) == "bad")
      for finding in open where finding["grade"].string == "bad" { #expect(finding["remedy"].string != nil) }
    }
  }
}
