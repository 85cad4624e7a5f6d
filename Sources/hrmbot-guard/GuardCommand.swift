import ArgumentParser
import Control
import Core
import Execution
import Foundation
import Glibc
import Guard
import Settings

@main
struct GuardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hrmbot-guard",
    abstract: "Cancels and flattens when a stopped bot does not answer.",
    discussion: """
      Watches the bot's control directory and its heartbeat, with a session of its own at the venue. A STOP that the bot
      does not confirm within guard.confirm_millis makes it act: it cancels every order, closes every position with
      price-protected limit orders that can only shrink it, and then keeps watching that nothing new appears. A bot that
      falls silent without a STOP loses its opening orders after guard.heartbeat_loss_seconds.

      EXAMPLES
        hrmbot-guard --venue unix:/run/exchange.sock   watch
        hrmbot-guard --venue unix:/run/exchange.sock --once
                                                       cancel and flatten now, whatever the bot says
        hrmbot-guard --venue unix:/run/exchange.sock --once --dry-run
                                                       only say what it would do

      ENVIRONMENT
        HRMBOT_HOME       the bot's state directory
        HRMBOT_CONTROL    the control directory, if it is not in there
        HRMBOT_HEARTBEAT  the heartbeat's file, if it is not in there

      EXIT CODES
        0 done   1 not flat in time (--once)   64 wrong usage   69 the venue does not answer (--once)
        78 wrong configuration
      """)

  @Option(help: ArgumentHelp("State directory of the bot.", valueName: "dir")) var home: String?
  @Option(help: ArgumentHelp("Settings file; only the section guard counts.", valueName: "file")) var settings: String?
  @Option(help: ArgumentHelp("Address of the venue: unix:PATH or tcp:127.0.0.1:PORT.", valueName: "address"))
  var venue: String?
  @Flag(help: "Act now, and end when nothing is open.") var once = false
  @Flag(help: "Say what would be done, and do nothing.") var dryRun = false
  @Option(help: "Longest time for --once, in seconds.") var seconds = 30

  func validate() throws {
    guard (1...3600).contains(seconds) else { throw ValidationError("--seconds \(seconds): write 1 to 3600") }
  }

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    let environment = ProcessInfo.processInfo.environment
    let place = StateDirectory(path: home, environment: environment)
    let chosen = try loaded(environment)
    let log = EventLog(path: nil)
    let session = try GuardSession(
      settings: chosen, address: venue, place: place, log: log, service: ServiceManager(environment: environment))
    let code = await session.run(once: once, dryRun: dryRun, seconds: seconds)
    if code != 0 { throw ExitCode(code) }
  }

  private func loaded(_ environment: [String: String]) throws -> GuardSettings {
    do {
      return try SettingsLoader.load(path: settings, environment: environment, overrides: []).settings.emergencyGuard
    } catch {
      FileHandle.standardError.write(Data("hrmbot-guard: \(error)\n".utf8))
      throw ExitCode(78)
    }
  }
}
