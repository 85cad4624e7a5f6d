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
  @OptionGroup var settings: SettingsOptions
  @Flag(help: "With the token that may stop and switch.") var operate = false

  func run() throws {
    let home = common.stateDirectory
    let port = try settings.load(adding: []).settings.server.port
    guard RunningBot.isThere(home) else {
      throw StartError("no bot is running in \(home.path)", exitCode: 69)
    }
    guard port > 0 else {
      throw StartError("server.port is 0: only \(home.path)/hrmbot.sock is served", exitCode: 69)
    }
    let path = AccessTokens.path(of: operate ? .operate : .read, in: home.path)
    guard let token = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw StartError("\(path): cannot be read; does the bot serve anything? (setting server.enabled)", exitCode: 69)
    }
    print("http://127.0.0.1:\(port)/#token=\(token.trimmingCharacters(in: .whitespacesAndNewlines))")
  }
}
