import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite struct ScreenTests {
    private static func terminal(
      _ place: Place, _ arguments: [String], columns: Int = 80, rows: Int = 24, _ extra: [String: String] = [:]
    ) throws -> PseudoTerminal {
      let environment = ["TERM": "xterm-256color", "LC_ALL": "C.UTF-8"].merging(extra) { $1 }
      return try PseudoTerminal(
        Files.binary, arguments, environment: place.environment(environment), columns: columns, rows: rows)
    }

    private static let enter = "\u{1B}[?1049h", leave = "\u{1B}[?1049l"

    /// In, around and out again: nothing of it stays on the terminal.
    @Test func aBotOnATerminal() async throws {
      let place = try Place()
      let screen = try Self.terminal(place, Place.trading(25))
      try await screen.wait(for: Self.enter)
      try await screen.wait(for: "ACTIVE")
      #expect(screen.shown.contains("\u{1B}[7;36m PAPER"))
      #expect(!screen.isTidy)
      screen.forget()
      screen.resize(columns: 60, rows: 16)
      try await screen.wait(for: "\u{1B}[2J")
      screen.type("h")
      try await screen.wait(for: "keys of this screen")
      // Ctrl-Z would freeze a bot that trades.
      screen.type("\u{1A}")
      screen.type("q")
      try await screen.wait(for: "End the bot?")
      screen.type("x")
      screen.forget()
      try await screen.wait(for: "q end")
      #expect(!screen.hasEnded)
      screen.type("qy")
      #expect(await eventually(within: 20) { screen.hasEnded })
      screen.read()
      #expect(screen.code == 0)
      #expect(screen.shown.contains(Self.leave) && screen.shown.contains("\u{1B}[?25h") && screen.isTidy)
      #expect(screen.shown.components(separatedBy: Self.leave).last?.contains("ended: signal") == true)
    }

    @Test func aWatcherBesideABot() async throws {
      let place = try Place()
      let watcher = try Self.terminal(place, ["status", "--watch"], ["NO_COLOR": "1"])
      try await watcher.wait(for: "no bot is running")
      let bot = try await place.trader()
      try await watcher.wait(for: "[ACTIVE]")
      #expect(!watcher.shown.contains("\u{1B}[7;36m") && !watcher.shown.contains("\u{1B}[1m"))
      watcher.forget()
      #expect(try await place.run("stop", "--reason", "a\u{1B}[2Jb").code == 0)
      try await watcher.wait(for: "STOPPED (stop) by file: a")
      #expect(!watcher.shown.contains("\u{1B}[2Jb"))
      watcher.type("q")
      #expect(await eventually(within: 20) { watcher.hasEnded })
      watcher.read()
      #expect(watcher.code == 0 && watcher.shown.contains(Self.leave) && watcher.isTidy)
      #expect(!bot.hasEnded)
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP]) func everyWayOutIsTidy(signal: Int32) async throws {
      let place = try Place()
      let watcher = try Self.terminal(place, ["status", "--watch"])
      try await watcher.wait(for: "no bot is running")
      kill(watcher.pid, signal)
      #expect(await eventually(within: 20) { watcher.hasEnded })
      watcher.read()
      #expect(watcher.code == 0 && watcher.shown.contains(Self.leave) && watcher.isTidy)
    }

    @Test func coloursAreAsked() async throws {
      let place = try Place()
      let bot = try await place.trader()
      for (arguments, extra, hasColour) in [
        ([], [:], false), (["--color", "always"], [:], true), (["--color", "always"], ["NO_COLOR": "1"], true),
        (["--color", "never"], [:], false),
      ] as [([String], [String: String], Bool)] {
        let ended = try await place.run(["status"] + arguments, environment: extra)
        #expect(ended.code == 0 && ended.output.contains("\u{1B}[") == hasColour, "\(arguments)")
      }
      bot.send(SIGTERM)
      #expect(try await bot.end().code == 0)
    }
  }
}
