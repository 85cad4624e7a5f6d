import Bot
import Control
import Core
import Foundation
import Glibc
import Notify
import Server
import Settings

/// Notifications beside a run on a clock. Trading never waits for them, and goes on where they cannot be had.
struct RunNotices: Sendable {
  private let plan: RunPlan
  private let notifier: Notifier
  private let log: EventLog
  private let board: StatusBoard?

  /// nil: the settings want none, no channel can be used, or the run is one in virtual time.
  init?(_ plan: RunPlan, board: StatusBoard?, log: EventLog) {
    let settings = plan.settings.notifications
    guard settings.isEnabled, !plan.pace.isVirtual else { return nil }
    let channels = ChannelChoice(
      settings, stateDirectory: plan.home.path, environment: ProcessInfo.processInfo.environment)
    for (_, problem) in channels.problems { log.write(.error, "notify: \(problem); this channel is not used") }
    guard !channels.senders.isEmpty else { return nil }
    self.plan = plan
    self.log = log
    self.board = board
    notifier = Notifier(
      senders: channels.senders, origin: Self.origin(plan), rules: .init(settings), limits: .init(settings),
      time: SystemTime(), diskFreeMegabytes: { [path = plan.home.path] in DiskSpace.freeMegabytes(path) },
      sleep: { try? await Task.sleep(for: .milliseconds($0)) }, log: { log.write(.warning, $0) })
  }

  private static func origin(_ plan: RunPlan) -> NoticeOrigin {
    NoticeOrigin(
      host: ProcessInfo.processInfo.hostName, mode: plan.mode.uppercased() + (plan.isSynthetic ? " SYNTHETIC" : ""))
  }

  /// The display, with the notifier listening.
  func listening(to display: Display) -> Display {
    var display = display
    let (shows, tells, notifier, board) = (display.snapshot, display.notice, notifier, board)
    let starts = StartNotices(plan)
    display.snapshot = {
      notifier.observe($0)
      board?.publish(deliveries: notifier.counts)
      shows?($0)
    }
    display.notice = { event, text in
      if let notice = Self.notice(event, text, starts) { notifier.post(notice) }
      tells?(event, text)
    }
    return display
  }

  private static func notice(_ event: String, _ text: String, _ starts: StartNotices) -> Notice? {
    switch event {
    // Each stop has a name of its own, so none is taken for a repeat of another.
    case "stop": Notice(.stop, subject: text, .critical, text)
    case "resume": Notice(.resume, subject: text, .warning, text)
    case "started": starts.notice(text)
    case "ended": Notice(.ended, text.hasPrefix("error") ? .critical : .info, text)
    default: nil
    }
  }

  /// Tells until its task is cancelled, and then what is owed.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      if plan.settings.notifications.sendsDailyReport, case .directory(let journal) = plan.journal {
        let reports = DailyReports(plan, journal: journal, notifier: notifier, log: log)
        group.addTask { await reports.run() }
      }
      await notifier.run()
      group.cancelAll()
    }
  }
}

extension NotificationPolicy.Rules {
  /// The rules of settings.
  init(_ settings: NotificationSettings) {
    self.init(
      minimum: Importance(rawValue: settings.minimumImportance) ?? .info,
      repeatMillis: Int64(settings.repeatSeconds) * 1000, messagesPerHour: settings.messagesPerHour)
  }
}

extension StatusWatch.Limits {
  /// The limits of settings.
  init(_ settings: NotificationSettings) {
    self.init(
      unknownOrderMillis: Int64(settings.unknownOrderSeconds) * 1000,
      feedStaleMillis: Int64(settings.feedStaleSeconds) * 1000, diskFreeMegabytes: settings.diskFreeMegabytes)
  }
}

/// Free space of a disk.
enum DiskSpace {
  /// Megabytes (2²⁰ bytes) that are free where `path` is; nil: nobody knows.
  static func freeMegabytes(_ path: String) -> Int? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return Int((UInt64(status.f_bavail) * UInt64(status.f_frsize)) >> 20)
  }
}
