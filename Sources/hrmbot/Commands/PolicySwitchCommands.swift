import ArgumentParser
import Bot
import Control
import Foundation

struct RollbackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Put the fallback, or another policy, in charge of the running bot.",
    discussion: """
      The next decision is the new policy's. Positions and their stops stay. A restart keeps it.

      EXAMPLES
        hrmbot rollback --reason "losing since noon"
        hrmbot rollback --to sma-cross --reason "comparison"
      """)
  @OptionGroup var common: CommonOptions
  @Option(help: "Policy; default: the configured fallback.", completion: Completions.policies) var to: String?
  @Option(help: "Why; goes on record.") var reason: String

  func run() throws {
    try PolicySwitch.ask(.init(command: "rollback", policy: to, reason: reason), home: common.stateDirectory)
  }
}

struct PromoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote", abstract: "Put a policy in charge of the running bot again.",
    discussion: """
      Refused during the cool-down after a roll-back.

      EXAMPLE
        hrmbot promote hrm
      """)
  @OptionGroup var common: CommonOptions
  @Argument(help: "Policy.", completion: Completions.policies) var policy: String

  func run() throws {
    try PolicySwitch.ask(.init(command: "promote", policy: policy, reason: nil), home: common.stateDirectory)
  }
}

enum PolicySwitch {
  static func ask(_ request: CommandInbox.Request, home: StateDirectory) throws {
    guard RunningBot.isThere(home) else {
      throw StartError("no bot is running in \(home.path)", exitCode: 69)
    }
    guard let answer = try CommandInbox(stateDirectory: home.path).ask(request, waitMillis: 5000) else {
      throw StartError("the bot has not answered within 5 s; see `hrmbot status`", exitCode: 69)
    }
    guard !answer.hasPrefix("refused") else {
      Console.error(answer)
      throw ExitCode(1)
    }
    print(answer)
  }
}
