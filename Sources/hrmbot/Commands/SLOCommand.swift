import ArgumentParser
import Bot
import Control
import Core
import Settings

struct SLOCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slo", abstract: "How much of the time the bot was ready to trade, from its journal.",
    discussion: """
      A slot of 10 s counts as ready if the bot is known to have been ready through all of it: process up, feed fresh,
      books reconciled with a venue in session, journal writable. What the journal does not know counts as not ready.
      The goal is 99.9 %: docs/availability.md. Exit code 1: the budget by the clock is overspent.

      EXAMPLES
        hrmbot slo
        hrmbot slo --days 7 --json
      """)
  @OptionGroup var options: JournalOptions
  @OptionGroup var settings: SettingsOptions
  @Option(help: "Days to look back.") var days = 30
  @Flag(help: "One JSON object.") var json = false

  func validate() throws {
    guard (1...3660).contains(days) else { throw ValidationError("--days \(days): must be 1 to 3660") }
  }

  func run() throws {
    let directory = try options.directory()
    let rules: InstrumentSettings
    do { rules = try InstrumentSettings.load(besideSettings: settings.path) } catch {
      throw StartError("\(error)", exitCode: 78)
    }
    let table = try JournalOptions.reading(directory) {
      try AvailabilityTable(
        directory: directory, days: days, now: SystemTime().now,
        lastSign: RunningBot.lastSign(options.common.stateDirectory, journal: directory), rules: rules)
    }
    print(json ? table.json().text : table.text)
    if let clock = table.availability?.clock, clock.budgetLeft < 0 { throw ExitCode(1) }
  }
}
