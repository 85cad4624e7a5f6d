import ArgumentParser
import Bot
import Control
import Core

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "What a day brought.",
    discussion: """
      EXAMPLE
        hrmbot report daily
      """, subcommands: [Daily.self])

  struct Daily: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Results, costs, decisions, stops, policies and availability of a UTC day, from the journal.",
      discussion: """
        The same text goes out after each day's end where notifications are set up: docs/notifications.md.
        Exit code 66: there is no journal.

        EXAMPLES
          hrmbot report daily
          hrmbot report daily --date 2026-03-01 --json
        """)
    @OptionGroup var options: JournalOptions
    @Option(help: "The day, for example 2026-03-01. Default: today so far.") var date: String?
    @Flag(help: "One JSON object; amounts are exact decimals.") var json = false

    func validate() throws {
      if let date, CalendarDay(date) == nil {
        throw ValidationError("--date \(date): write a day such as 2026-03-01")
      }
    }

    func run() throws {
      let directory = try options.directory()
      let now = SystemTime().now
      let report = try JournalOptions.reading(directory) {
        try DailyReport(
          directory: directory, day: date.flatMap { CalendarDay($0) } ?? CalendarDay(now), now: now,
          isRunning: RunningBot.lastSign(options.common.stateDirectory, journal: directory) != nil)
      }
      print(json ? report.json().text : report.text)
    }
  }
}
