import ArgumentParser
import Bot
import Core
import Foundation
import Glibc

@main
struct Hrmbot: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hrmbot",
    abstract: "A trading bot that can be asked why, and stopped.",
    discussion: """
      EXAMPLES
        hrmbot paper                          trade the simulated market on paper
        hrmbot paper --replay BTCUSDT.csv.gz  the same on recorded bars
        hrmbot stop --reason "lunch"          stop trading at once, until resumed
        hrmbot explain last                   why the last decision was what it was

      EXIT CODES
      \(exitCodes)
      """,
    version: Release.version,
    subcommands: [
      PaperCommand.self, BacktestCommand.self, StatusCommand.self, DashboardCommand.self, StopCommand.self,
      ResumeCommand.self, RollbackCommand.self, PromoteCommand.self, PolicyCommand.self, DrillCommand.self,
      ExplainCommand.self, ReplayCommand.self,
      JournalCommand.self, ConfigCommand.self,
      FeaturesCommand.self, ModelCommand.self, ExchangeCommand.self, SimulateCommand.self, BenchCommand.self,
      TrainCommand.self, MetricsCommand.self, EvaluateCommand.self,
      DataCommand.self, DoctorCommand.self, ManualCommand.self, NotifyCommand.self, ReportCommand.self,
      SLOCommand.self, SupportBundleCommand.self,
    ])

  private static let exitCodes = ExitStatus.allCases.map { code in
    "  \(String(repeating: " ", count: 3 - "\(code.rawValue)".count))\(code.rawValue)  \(code.meaning)"
  }.joined(separator: "\n")

  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let error as StartError {
      Console.error(error.description)
      Foundation.exit(error.exitCode)
    } catch {
      Self.exit(withError: error)
    }
  }
}

/// Text to the person at the terminal.
enum Console {
  /// A line on standard error.
  static func error(_ text: String) { Output.write("hrmbot: \(text)\n", to: STDERR_FILENO) }
  /// A remark to whoever watches; not part of the output.
  static func note(_ text: String) { Output.write("\(text)\n", to: STDERR_FILENO) }
  /// Whether standard output is a terminal.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  /// Columns and rows of the terminal.
  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
