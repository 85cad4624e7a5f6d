import Bot
import Control
import Core
import Notify

/// Sends the report of each day after its end, once, also when the bot was restarted or down at midnight.
struct DailyReports: Sendable {
  /// Time after midnight (UTC) that late records get, in milliseconds.
  private static let graceMillis: Int64 = 60_000
  private static let pauseMillis = 20_000

  private let home: String
  private let journal: String
  private let notifier: Notifier
  private let log: EventLog

  init(_ plan: RunPlan, journal: String, notifier: Notifier, log: EventLog) {
    home = plan.home.path
    self.journal = journal
    self.notifier = notifier
    self.log = log
  }

  /// Works until its task is cancelled.
  func run() async {
    while !Task.isCancelled {
      sendIfDue(at: SystemTime().now)
      try? await Task.sleep(for: .milliseconds(Self.pauseMillis))
    }
  }

  private func sendIfDue(at now: Timestamp) {
    let day = CalendarDay(daysSinceEpoch: CalendarDay(now.adding(milliseconds: -Self.graceMillis)).daysSinceEpoch - 1)
    var memory = NoticeMemory.read(home)
    guard memory.reportDay.flatMap({ CalendarDay($0) }).map({ $0 < day }) ?? true else { return }
    // Noted first: a report that cannot be made must not be tried at every turn.
    memory.reportDay = day.description
    do { try memory.write(home) } catch { return }
    do {
      let report = try DailyReport(directory: journal, day: day, now: now)
      guard report.hasRecords else { return }
      notifier.post(Notice(.dailyReport, subject: day.description, .info, report.text))
    } catch { log.write(.error, "daily report of \(day): \(error)") }
  }
}
