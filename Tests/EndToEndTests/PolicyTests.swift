import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct PolicyTests {
    private static func policies(_ place: Place) throws -> [String] {
      try JournalView(place.journal).all(.policy).map {
        "\($0.json["from"].text)>\($0.json["to"].text) \($0.json["trigger"].text)"
      }
    }

    /// Waits until the newest decision is one of a policy.
    private static func expect(_ policy: String, decidesIn bot: Child) async throws {
      try await bot.wait(for: "decision of \(policy)") {
        bot.decisions.last?.contains("\"policy\":\"\(policy)") == true
      }
    }

    @Test func personSwitchesPolicies() async throws {
      let place = try Place()
      let options = try await ["paper", "--speed", "10"] + TinyModel.options
      var bot = try place.start(options)
      try await Self.expect("tiny", decidesIn: bot)
      let back = try await place.run("rollback", "--reason", "losing since noon")
      #expect(back.code == 0, "\(back)")
      #expect(back.output.contains("flat"))
      try await Self.expect("flat", decidesIn: bot)
      #expect(bot.decisions.last?.contains("\"fallback_reason\":\"manual\"") == true)

      let early = try await place.run("promote", "hrm")
      #expect(early.code == 1)
      #expect(early.error.contains("cooling down"))
      let cross = try await place.run("rollback", "--to", "sma-cross", "--reason", "comparison")
      #expect(cross.code == 0, "\(cross)")
      try await Self.expect("sma-cross", decidesIn: bot)
      let unknown = try await place.run("rollback", "--to", "magic", "--reason", "x")
      #expect(unknown.code == 1)
      #expect(unknown.error.contains("available: "))
      #expect(try await place.run("rollback", "--reason", "x", "--to", "sma-cross").code == 1)

      // A restart keeps what a person decided, and the cool-down.
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      bot = try place.start(options)
      try await Self.expect("sma-cross", decidesIn: bot)
      #expect(try await place.run("promote", "hrm").code == 1)
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      #expect(try Self.policies(place) == ["hrm>flat command", "flat>sma-cross command"])
      let reasons = try JournalView(place.journal).all(.policy).map(\.text).joined()
      #expect(reasons.contains("losing since noon") && reasons.contains("comparison"))
      let verified = try await place.run(["replay", "--verify"] + TinyModel.options)
      #expect(verified.code == 0, "\(verified)")
    }

    @Test func promotionAfterTheCoolDown() async throws {
      let place = try Place()
      let options = try await ["paper", "--speed", "10", "--set", "rollback.cool_down_seconds=0"] + TinyModel.options
      let bot = try place.start(options)
      try await Self.expect("tiny", decidesIn: bot)
      #expect(try await place.run("promote", "hrm").code == 1)
      #expect(try await place.run("rollback", "--reason", "a test").code == 0)
      try await Self.expect("flat", decidesIn: bot)
      let promoted = try await place.run("promote", "hrm")
      #expect(promoted.code == 0, "\(promoted)")
      try await Self.expect("tiny", decidesIn: bot)
      #expect(try await place.status()["policy"].string == "tiny-seed3")
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
      #expect(try Self.policies(place) == ["hrm>flat command", "flat>hrm promote"])
      let verified = try await place.run(["replay", "--verify"] + TinyModel.options)
      #expect(verified.code == 0, "\(verified)")
    }

    @Test func nobodyThere() async throws {
      let place = try Place()
      for arguments in [["rollback", "--reason", "x"], ["promote", "hrm"]] {
        let ended = try await place.run(arguments)
        #expect(ended.code == 69)
        #expect(ended.error.contains("no bot is running in \(place.home)"))
      }
      #expect(try await place.run("rollback").code == 64)
    }
  }
}
