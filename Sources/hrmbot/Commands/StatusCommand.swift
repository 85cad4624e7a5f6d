import ArgumentParser
import Bot
import Control
import Core
import Foundation
import Terminal

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what the running bot does.",
    discussion: """
      With --watch: h shows the keys, q leaves. Nothing that is pressed there changes the bot.
      Exit code 69: no bot is running (with a latch, if one holds, on standard output).

      EXAMPLES
        hrmbot status
        hrmbot status --watch
        hrmbot status --json
        hrmbot status --color always | less -R
      """)
  @OptionGroup var common: CommonOptions
  @OptionGroup var output: ColourOptions
  @Flag(help: "Stay and redraw.") var watch = false
  @Flag(help: "One JSON object.") var json = false

  func run() async throws {
    let home = common.stateDirectory
    guard watch, Console.isTerminal, !json else {
      guard try show(home) else { throw ExitCode(69) }
      return
    }
    let screen = LiveScreen(owner: .watcher, colour: output.color)
    screen.open()
    let ends = [SIGINT, SIGTERM, SIGHUP].map { number in
      SignalListener(number) {
        screen.close()
        Foundation.exit(0)
      }
    }
    defer { withExtendedLifetime(ends) {} }
    var seen: String?
    screen.note("no bot is running in \(home.path); it shows here when one starts")
    while true {
      let status = RunningBot.status(home)
      if let last = status?.lastDecision, last.id != seen {
        seen = last.id
        screen.add("\(last.at.description.dropFirst(11).prefix(8)) \(DecisionSentence.text(last))")
      }
      screen.update(status)
      try await Task.sleep(for: .milliseconds(250))
    }
  }

  private func show(_ home: StateDirectory) throws -> Bool {
    let latch = LatchFile(stateDirectory: home.path).read()
    guard let status = RunningBot.status(home) else {
      if json {
        print("{\"latch\":\(latch.map { "\"\($0.id)\"" } ?? "null"),\"running\":false}")
      } else {
        print("no bot is running in \(home.path)")
        if let latch { print("a stop is latched: \(latch.id) (\(latch.level.rawValue): \(latch.reason))") }
      }
      return false
    }
    if json {
      print(String(decoding: try status.encoded(), as: UTF8.self))
      return true
    }
    let painter = Console.painter(output.color)
    // What goes to a file or a pipe is not cut.
    let columns = Console.isTerminal ? Console.size.columns : 1000
    for line in StatusScreen.report(status, now: SystemTime().now, columns: columns) { print(painter.text(line)) }
    return true
  }
}
