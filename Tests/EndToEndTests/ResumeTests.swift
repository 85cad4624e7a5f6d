import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct ResumeTests {
    @Test func resumeTakesTwoSteps() async throws {
      let place = try Place()
      let nothing = try await place.run("resume")
      #expect(nothing.code == 1)
      let bot = try await place.trader()
      try Files.write("", to: place.stop)
      let name = try await place.latchName()
      // Step one shows, and changes nothing.
      let shown = try await place.run("resume")
      #expect(shown.code == 0)
      #expect(shown.output.contains("hrmbot resume \(name)"))
      #expect(Files.exists(place.stop) && Files.exists(place.latch))
      // A wrong name is refused, wherever it is written.
      let wrong = try await place.run("resume", "L1-abc")
      #expect(wrong.code == 1)
      #expect(wrong.error.contains(name))
      #expect(Files.exists(place.stop))
      // STOP gone alone, or with a RESUME of another name: still halted.
      try Files.remove(place.stop)
      for content in ["", "L1-abc", "{\"latch\":\"L1-abc\"}", "*", String(repeating: "x", count: 10_000)] {
        try Files.write(content, to: place.resume)
        try await Task.sleep(for: .milliseconds(150))
        #expect(try await place.state(becomes: "halted"), "\(content.prefix(20))")
      }
      let fills = try Ledger.books(of: place.journal).fills
      let resumed = try await place.run("resume", name)
      #expect(resumed.code == 0, "\(resumed)")
      try await bot.wait(for: "trading again") { try Ledger.books(of: place.journal).fills > fills }
      #expect(try await place.state(becomes: "active"))

      // The RESUME that lies there opens no later stop.
      #expect(Files.exists(place.resume))
      try Files.write("", to: place.stop)
      let later = try await place.latchName()
      #expect(later != name)
      try Files.remove(place.stop)
      try await Task.sleep(for: .milliseconds(400))
      #expect(try await place.status()["latch"]["id"].string == later)
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try StopTests.expectNothingForbidden(place)
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    /// No restart clears a latch, whether the bot ended in order or was killed, and whatever RESUME lies there.
    @Test func restartStaysHalted() async throws {
      let place = try Place()
      var bot = try await place.trader()
      try Files.write("{\"level\":\"stop\",\"reason\":\"test\"}", to: place.stop)
      let name = try await place.latchName()
      try Files.remove(place.stop)
      try Files.write("L1-old", to: place.resume)
      for signal in [SIGTERM, SIGKILL] {
        bot.send(signal)
        _ = try await bot.end()
        let idle = try await place.run("status")
        #expect(idle.code == 69)
        #expect(idle.output.contains(name))
        let before = try Ledger.books(of: place.journal)
        bot = try await place.trader()
        #expect(try await place.state(becomes: "halted"))
        let status = try await place.status()
        #expect(status["trading_state"].string == "halted")
        #expect(status["latch"]["id"].string == name)
        #expect(status["latch"]["reason"].string == "test")
        try await Task.sleep(for: .milliseconds(400))
        #expect(try Ledger.books(of: place.journal).fills == before.fills)
      }
      #expect(try await place.run("resume", name).code == 0)
      #expect(try await place.state(becomes: "active"))
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try StopTests.expectNothingForbidden(place)
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    /// A latch that cannot be understood is not taken for all clear.
    @Test func damagedLatchHolds() async throws {
      let place = try Place()
      try Files.makeDirectory(place.control)
      try Files.write("{\"id\":", to: place.latch)
      let bot = try await place.trader()
      #expect(try await place.state(becomes: "halted"))
      let status = try await place.status()
      #expect(status["trading_state"].string == "halted")
      let name = try #require(status["latch"]["id"].string)
      #expect(name.hasPrefix("L-unreadable"))
      #expect(try await place.run("resume", name).code == 0)
      #expect(try await place.state(becomes: "active"))
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try StopTests.expectNothingForbidden(place)
    }

    /// A latch's file that is gone is no resume: the stop is latched again, and a person can name it.
    @Test func removedLatchIsSetAgain() async throws {
      let place = try Place()
      let first = try await place.trader()
      try Files.write("", to: place.stop)
      _ = try await place.latchName()
      first.send(SIGTERM)
      #expect(try await first.end().code == 0)
      try Files.remove(place.stop)
      try Files.remove(place.latch)
      let bot = try await place.trader()
      #expect(try await place.state(becomes: "halted"))
      let status = try await place.status()
      #expect(status["trading_state"].string == "halted")
      let name = try #require(status["latch"]["id"].string)
      #expect(Files.exists(place.latch))
      #expect(try await place.run("resume", name).code == 0)
      #expect(try await place.status()["trading_state"].string != "halted")
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try StopTests.expectNothingForbidden(place)
      #expect(try await place.run("replay", "--verify").code == 0)
    }

    /// Killed right after the resume was confirmed: the next start trades.
    @Test func resumeSurvivesACrash() async throws {
      let place = try Place()
      var bot = try await place.trader(barsPerSecond: 60)
      for _ in 0..<4 {
        try Files.write("", to: place.stop)
        let name = try await place.latchName()
        #expect(try await place.run("resume", name).code == 0)
        bot.send(SIGKILL)
        _ = try await bot.end()
        bot = try await place.trader(barsPerSecond: 60)
        let fills = try Ledger.books(of: place.journal).fills
        try await bot.wait(for: "trading") { try Ledger.books(of: place.journal).fills > fills }
      }
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      #expect(!bot.error.contains("is in force"))
      try StopTests.expectNothingForbidden(place)
      let verified = try await place.run("replay", "--verify")
      #expect(verified.code == 0, "\(verified)")
    }

    @Test func stopBeforeStart() async throws {
      let place = try Place()
      let set = try await place.run("stop", "--reason", "not today")
      #expect(set.code == 0)
      #expect(set.output.contains("No bot is running"))
      let bot = try await place.trader()
      try await bot.wait(for: "decisions") { bot.output.split(separator: "\n").count > 15 }
      #expect(try await place.state(becomes: "halted"))
      let status = try await place.status()
      #expect(status["trading_state"].string == "halted")
      #expect(status["latch"]["reason"].string == "not today")
      #expect(status["orders"].int == 0)
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      #expect(try JournalView(place.journal).all(.intent).isEmpty)
      #expect(try Ledger.books(of: place.journal).orderIDs.isEmpty)
    }

    @Test func lostControlDirectoryHalts() async throws {
      let place = try Place()
      let bot = try await place.trader()
      try Files.remove(place.control)
      let name = try await place.latchName()
      #expect(try await place.state(becomes: "halted"))
      let status = try await place.status()
      #expect(status["trading_state"].string == "halted")
      #expect(status["latch"]["source"].string == "control_directory")
      #expect(status["latch"]["reason"].string?.contains(place.control) == true)
      // Nobody can resume through a directory that is not there.
      let refused = try await place.run("resume", name)
      #expect(refused.code == 73, "\(refused)")
      #expect(Files.exists(place.latch))
      try Files.makeDirectory(place.control)
      chmod(place.control, 0o755)
      #expect(try await place.run("resume", name).code == 0)
      try await bot.wait(for: "trading again") {
        place.status?["trading_state"].string == "active"
      }
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      try StopTests.expectNothingForbidden(place)
    }

    /// On paper a control directory that everybody may write to is warned about, and still works.
    @Test func openControlDirectoryIsWarnedAbout() async throws {
      let place = try Place()
      try Files.makeDirectory(place.control)
      chmod(place.home, 0o700)
      chmod(place.control, 0o777)
      let bot = try await place.trader()
      try await Task.sleep(for: .milliseconds(1000))
      #expect(bot.error.contains("writable by everybody"))
      #expect(bot.error.contains("\"level\":\"warning\""))
      #expect(try await place.state(becomes: "active"))
      let doctor = try await place.run("doctor")
      #expect(doctor.code == 1)
      #expect(doctor.output.contains("writable by everybody"))
      try Files.write("", to: place.stop)
      _ = try await place.latchName()
      #expect(try await place.state(becomes: "halted"))
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
    }
  }
}
