import ArgumentParser
import Bot
import Control
import Core
import Foundation
import Settings

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what would keep the bot from running well.",
    discussion: """
      Clock, disk, permissions, control directory, settings, model, processor; credentials, tokens, notification channels;
      and of every host that the settings name whether it answers, how long its certificate lasts and how far its clock is
      off. Exit code 1: something is wrong, and the line says what to do. Warnings leave it 0. --offline asks nobody.

      EXAMPLES
        hrmbot doctor
        hrmbot doctor --json
        hrmbot doctor --offline
        hrmbot doctor --venue unix:/tmp/exchange.sock
      """)
  @OptionGroup var common: CommonOptions
  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: ColourOptions
  @Option(
    help: ArgumentHelp("A served exchange to be looked at too. Default: that of guard.venue.", valueName: "address"))
  var venue: String?
  @Flag(help: "Look at this machine alone: no other host is asked.") var offline = false
  @Flag(help: "One JSON object a line.") var json = false

  func run() async throws {
    let loaded = Result { try settings.load() }
    var findings = Self.findings(
      home: common.stateDirectory, settings: loaded.map(\.settings), settingsPath: settings.path, isOffline: offline)
    // The guard's venue is the bot's.
    let known = (try? loaded.get())?.settings.emergencyGuard.venue ?? ""
    if let venue = venue ?? (known.isEmpty ? nil : known) { findings.append(await Doctor.venue(venue)) }
    let painter = Console.painter(output.color)
    for finding in findings {
      if json {
        print(finding.json().text)
        continue
      }
      let mark: String
      switch finding.grade {
      case .good: mark = painter.paint("ok  ", .good)
      case .warning: mark = painter.paint("warn", .warn)
      case .bad: mark = painter.paint("BAD ", .bad)
      }
      let name = finding.name + String(repeating: " ", count: max(1, 18 - finding.name.count))
      print("\(mark)  \(name)\(finding.text)")
      if let remedy = finding.remedy { print("      → \(remedy)") }
    }
    if findings.contains(where: { $0.grade == .bad }) { throw ExitCode(1) }
  }

  /// Everything that is looked at but a venue.
  static func findings(
    home: StateDirectory, settings: Result<BotSettings, any Error>, settingsPath: String?, isOffline: Bool
  ) -> [Finding] {
    let local = Doctor.examine(home: home, settings: settings, settingsPath: settingsPath)
    guard let settings = try? settings.get() else { return local }
    let network = NetworkFindings(
      home: home, settings: settings, environment: ProcessInfo.processInfo.environment, now: SystemTime().now)
    return local + network.all(isOffline: isOffline)
  }
}
