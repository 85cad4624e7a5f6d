import ArgumentParser
import Bot
import Control
import Foundation
import Server

struct DashboardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dashboard", abstract: "Print the address of the running bot's page, with a token in it.",
    discussion: """
      The token stands behind a #, which browsers send to nobody. With the token to read the page shows everything; with
      that to operate its STOP works too. From another machine: ssh -L 8787:127.0.0.1:8787 HOST.
      Exit code 69: no bot is running, or it serves no port.

      EXAMPLES
        hrmbot dashboard
        hrmbot dashboard --operate
      """)
  @OptionGroup var common: CommonOptions
  @Flag(help: "With the token that may stop and switch.") var operate = false

  func run() throws {
    let home = common.stateDirectory
    guard RunningBot.isThere(home) else {
      throw StartError("no bot is running in \(home.path)", exitCode: 69)
    }
    guard let port = ServedPort.read(in: home.path) else {
      throw StartError(
        "the bot serves no port, at most \(home.path)/hrmbot.sock; its log says why (settings server.port, server.enabled)",
        exitCode: 69)
    }
    let path = AccessTokens.path(of: operate ? .operate : .read, in: home.path)
    guard let token = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw StartError("\(path): cannot be read; are you the bot's user, or root?", exitCode: 69)
    }
    print("http://127.0.0.1:\(port)/#token=\(token.trimmingCharacters(in: .whitespacesAndNewlines))")
  }
}
