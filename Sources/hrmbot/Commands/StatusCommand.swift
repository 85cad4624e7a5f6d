import ArgumentParser
import Bot
import Control
import Core
import Files
import Foundation

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what the running bot does.",
    discussion: """
      Exit code 69: no bot is running (with a latch, if one holds, on standard output).

      EXAMPLES
        hrmbot status
        hrmbot status --watch
        hrmbot status --json
      """)
  @OptionGroup var common: CommonOptions
  @Flag(help: "Stay and redraw.") var watch = false
  @Flag(help: "One JSON object.") var json = false

  func run() async throws {
    let home = common.stateDirectory
    guard watch && Console.isTerminal else {
      guard try show(home) else { throw ExitCode(69) }
      return
    }
    let screen = LiveScreen()
    screen.open()
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    signal(SIGINT, SIG_IGN)
    source.setEventHandler {
      screen.close()
      Foundation.exit(0)
    }
    source.resume()
    while true {
      if let status = current(home) { screen.update(status) } else { screen.note("no bot is running in \(home.path)") }
      try await Task.sleep(for: .milliseconds(250))
    }
  }

  private func current(_ home: StateDirectory) -> StatusSnapshot? {
    guard DirectoryLock.holder(path: home.path + "/bot.lock") != nil else { return nil }
    return StatusFile.read(home.statusPath)
  }

  private func show(_ home: StateDirectory) throws -> Bool {
    let latch = LatchFile(stateDirectory: home.path).read()
    guard let status = current(home) else {
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
    } else {
      let painter = Painter(hasColour: Console.hasColour)
      ScreenText.lines(status, recent: [], columns: Console.size.columns, rows: 60, painter).dropLast().forEach {
        print($0)
      }
    }
    return true
  }
}
