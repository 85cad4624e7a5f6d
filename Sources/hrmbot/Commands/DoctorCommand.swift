import ArgumentParser
import Bot
import Foundation

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look for what would keep the bot from running well.",
    discussion: """
      Clock, disk, permissions, control directory, settings, model, processor. Exit code 1: something is wrong, and the
      line says what to do. Warnings leave it 0.

      EXAMPLES
        hrmbot doctor
        hrmbot doctor --json
        hrmbot doctor --venue unix:/tmp/exchange.sock
      """)
  @OptionGroup var common: CommonOptions
  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: ColourOptions
  @Option(help: ArgumentHelp("A served exchange to be looked at too.", valueName: "address")) var venue: String?
  @Flag(help: "One JSON object a line.") var json = false

  func run() async throws {
    let loaded = Result { try settings.load() }
    var findings = Doctor.examine(
      home: common.stateDirectory, settings: loaded.map(\.settings), settingsPath: settings.path)
    if let venue { findings.append(await Doctor.venue(venue)) }
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
}
