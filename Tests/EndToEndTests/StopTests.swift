import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct StopTests {
    static func expectNothingForbidden(_ place: Place, _ comment: Comment? = nil) throws {
      #expect(try JournalView(place.journal).forbiddenIntents() == [], comment)
    }

    @Test func stopSendsNothingMore() async throws {
      let place = try Place()
      let bot = try await place.trader()
      try await bot.wait(for: "fills") { try Ledger.books(of: place.journal).fills > 2 }
      let stopped = try await place.run("stop", "--reason", "lunch\nbreak")
      #expect(stopped.code == 0, "\(stopped)")
      #expect(stopped.seconds < 10)
      let name = try await place.latchName()
      #expect(stopped.output.contains("hrmbot resume \(name)"))
      let fills = try Ledger.books(of: place.journal).fills
      try await Task.sleep(for: .milliseconds(700))
      #expect(try await place.state(becomes: "halted"))
      let status = try await place.status()
      #expect(status["trading_state"].string == "halted")
      #expect(status["latch"]["id"].string == name)
      #expect(status["latch"]["reason"].string == "lunch break")
      #expect(status["latch"]["source"].string == "file")
      #expect(try await place.run("status").output.contains("STOPPED (stop) by file: lunch break"))
      // It goes on looking and deciding; nothing leaves. One fill may have been under way.
      let books = try Ledger.books(of: place.journal)
      #expect(books.fills <= fills + 1)
      try await bot.wait(for: "vetoes of the stop") {
        let vetoes = place.status?["vetoes"].items ?? []
        return vetoes.first { $0["name"].string == "trading_state" }?["count"].int ?? 0 > 3
      }
      let why = try await place.run("explain", "last")
      #expect(why.output.contains("No order"))
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try Self.expectNothingForbidden(place)
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    @Test func reduceClosesAndOpensNothing() async throws {
      let place = try Place()
      let bot = try await place.trader()
      try await bot.wait(for: "fills") { try Ledger.books(of: place.journal).fills > 2 }
      #expect(try await place.run("stop", "--level", "reduce").code == 0)
      #expect(try await place.state(becomes: "reducing"))
      // What is held is closed by the policy's own decision.
      try await bot.wait(for: "a flat position") { try Ledger.books(of: place.journal).positions.isEmpty }
      try await Task.sleep(for: .milliseconds(500))
      #expect(try Ledger.books(of: place.journal).positions.isEmpty)
      // A higher level takes the place of a lower one, under the same name; a lower one changes nothing.
      let name = try await place.latchName()
      #expect(try await place.run("stop", "--level", "stop").code == 0)
      #expect(try await place.state(becomes: "halted"))
      #expect(try await place.run("stop", "--level", "reduce").code == 0)
      #expect(try await place.state(becomes: "halted"))
      let status = try await place.status()
      #expect(status["trading_state"].string == "halted")
      #expect(status["latch"]["id"].string == name)
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try Self.expectNothingForbidden(place)
    }

    @Test func flattenClosesByItsOwnPlan() async throws {
      let place = try Place()
      let bot = try await place.trader(slow: 20)
      var flattening = 0
      for _ in 0..<6 where flattening == 0 {
        try await bot.wait(for: "a position") { try !Ledger.books(of: place.journal).positions.isEmpty }
        #expect(try await place.run("stop", "--level", "flatten", "--reason", "maintenance").code == 0)
        try await bot.wait(for: "a flat position") { try Ledger.books(of: place.journal).positions.isEmpty }
        let intents = try JournalView(place.journal).all(.intent).filter { $0.json["role"].string == "flatten" }
        flattening = intents.count
        for intent in intents {
          #expect(intent.json["reduce_only"].bool == true)
          #expect(intent.json["kind"].string == "limit", "flattening orders are price-protected")
        }
        guard flattening == 0 else { break }
        // The position had closed by itself in between: once more.
        #expect(try await place.run("resume", try await place.latchName()).code == 0)
      }
      #expect(flattening > 0)
      try await Task.sleep(for: .milliseconds(500))
      #expect(try Ledger.books(of: place.journal).positions.isEmpty)
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try Self.expectNothingForbidden(place)
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    /// Ways to leave a STOP that no program would write.
    private static let hostile: [(name: String, make: @Sendable (String) throws -> Void)] = [
      ("touched", { try Files.write("", to: $0) }),
      ("a megabyte", { try Files.write([UInt8](repeating: 65, count: 1 << 20), to: $0) }),
      ("a directory", { try Files.makeDirectory($0) }),
      ("a FIFO", { guard mkfifo($0, 0o600) == 0 else { throw Failure("mkfifo") } }),
      ("a dangling link", { guard symlink("/nowhere/at/all", $0) == 0 else { throw Failure("symlink") } }),
      ("a link to itself", { guard symlink("STOP", $0) == 0 else { throw Failure("symlink") } }),
      ("NUL bytes", { try Files.write([UInt8](repeating: 0, count: 300), to: $0) }),
      ("bad UTF-8", { try Files.write([0xFF, 0xC0, 0xAF, 0xED, 0xA0, 0x80], to: $0) }),
      ("wrong JSON", { try Files.write(#"{"level":17,"reason":["a"]"#, to: $0) }),
      ("an unknown level", { try Files.write(#"{"level":"none","reason":"\u001b[2Jgo on"}"#, to: $0) }),
      ("a resume in disguise", { try Files.write(#"{"latch":"*","stop":false}"#, to: $0) }),
      (
        "unreadable",
        {
          try Files.write("x", to: $0)
          chmod($0, 0)
        }
      ),
    ]

    @Test func everyStopStops() async throws {
      let place = try Place()
      let bot = try await place.trader()
      var names: Set<String> = []
      for (index, hostile) in Self.hostile.enumerated() {
        let fills = try Ledger.books(of: place.journal).fills
        try await bot.wait(for: "trading before \(hostile.name)") { try Ledger.books(of: place.journal).fills > fills }
        try hostile.make(place.stop)
        let name = try await place.latchName()
        #expect(names.insert(name).inserted, "\(hostile.name): a latch of its own")
        #expect(try await place.state(becomes: "halted"), "\(hostile.name)")
        let status = try JSON(text: Files.text(place.latch))
        #expect(status["level"].string == "stop", "\(hostile.name)")
        #expect(status["reason"].string?.unicodeScalars.allSatisfy { $0.value >= 32 } == true, "\(hostile.name)")
        #expect(!bot.hasEnded)
        // A directory only a person takes away; a file goes with the first step of the resume.
        if hostile.name == "a directory" {
          let refused = try await place.run("resume", name)
          #expect(refused.code == 73, "\(refused)")
          #expect(refused.error.contains(place.stop))
          try Files.remove(place.stop)
        }
        let resumed = try await place.run("resume", name)
        #expect(resumed.code == 0, "\(hostile.name): \(resumed)")
        #expect(!Files.exists(place.latch), "\(hostile.name)")
        #expect(names.count == index + 1)
      }
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try Self.expectNothingForbidden(place)
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    @Test func signalStopsToo() async throws {
      let place = try Place()
      let bot = try await place.trader()
      bot.send(SIGUSR1)
      _ = try await place.latchName()
      #expect(try await place.state(becomes: "halted"))
      let status = try await place.status()
      #expect(status["trading_state"].string == "halted")
      #expect(status["latch"]["source"].string == "signal")
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try Self.expectNothingForbidden(place)
    }
  }
}
