/// Who is told what happens.
public struct NotificationSettings: Sendable, Equatable {
  /// Whether a bot on a clock tells anybody anything.
  public var isEnabled = true
  /// Least importance of what is told: `info`, `warning` or `critical`.
  public var minimumImportance = "info"
  /// Address to which messages are posted; empty: that of the credential `webhook-url`, or none.
  public var webhookURL = ""
  /// Telegram chat that gets them; empty: none.
  public var telegramChat = ""
  /// Telegram's interface.
  public var telegramAPI = "https://api.telegram.org"
  /// Mail server, `smtps://host:465` or `smtp://host:587`; empty: none.
  public var mailServer = ""
  /// User at the mail server; empty: it asks for none.
  public var mailUser = ""
  /// Address of the sender.
  public var mailFrom = ""
  /// Addresses of the recipients, with commas between.
  public var mailTo = ""
  /// Time within which the same news is told once, with a count afterwards, in seconds.
  public var repeatSeconds = 300
  /// Most messages an hour that are not critical; what is more comes as one with a count.
  public var messagesPerHour = 30
  /// Time after which an order of unknown outcome is news, in seconds.
  public var unknownOrderSeconds = 30
  /// Time after which a silent feed is news, in seconds.
  public var feedStaleSeconds = 60
  /// Free space of the state directory's disk below which it is news, in megabytes (2²⁰ bytes).
  public var diskFreeMegabytes = 1024
  /// Whether the day's report is sent after its end.
  public var sendsDailyReport = true
  /// The defaults.
  public init() {}
}
