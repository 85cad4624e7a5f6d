extension SettingsSchema {
  // Whom to tell is no matter of a run's results, so it enters neither the settings hash nor the journal.
  static let notifications: [SettingsEntry] = notificationChannels + notificationRules

  private static let notificationChannels: [SettingsEntry] = [
    SettingsEntry(
      "notifications", "enabled", \.notifications.isEnabled, .bool,
      "Whether a bot that runs on a clock tells anybody; without a channel it does not."),
    SettingsEntry(
      "notifications", "webhook_url", \.notifications.webhookURL, .path, isPath: true,
      "Address to post to, https; empty: that of the credential webhook-url, or none. Signed with webhook-secret."),
    SettingsEntry(
      "notifications", "telegram_chat", \.notifications.telegramChat, .path, isPath: true,
      "Telegram chat, by its number or @name; empty: none. The token is the credential telegram-token."),
    SettingsEntry(
      "notifications", "telegram_api", \.notifications.telegramAPI, .path, isPath: true, "Telegram's interface."),
    SettingsEntry(
      "notifications", "mail_server", \.notifications.mailServer, .path, isPath: true,
      "smtps://host:465, or smtp://host:587 with STARTTLS; empty: no mail. The password is the credential smtp-password."
    ),
    SettingsEntry(
      "notifications", "mail_user", \.notifications.mailUser, .path, isPath: true,
      "User at the mail server; empty: it asks for none."),
    SettingsEntry(
      "notifications", "mail_from", \.notifications.mailFrom, .path, isPath: true, "Address of the sender."),
    SettingsEntry(
      "notifications", "mail_to", \.notifications.mailTo, .path, isPath: true,
      "Addresses of the recipients, with commas between."),
  ]

  private static let notificationRules: [SettingsEntry] = [
    SettingsEntry(
      "notifications", "minimum_importance", \.notifications.minimumImportance,
      .choice(["info", "warning", "critical"]), "Least importance of what is told."),
    SettingsEntry(
      "notifications", "repeat_seconds", \.notifications.repeatSeconds, .integer(1...86_400), unit: "seconds",
      "Time within which the same news is told once, and counted."),
    SettingsEntry(
      "notifications", "messages_per_hour", \.notifications.messagesPerHour, .integer(1...1000), unit: "messages",
      "Most messages an hour, critical ones aside; what is more comes as one with a count."),
    SettingsEntry(
      "notifications", "unknown_order_seconds", \.notifications.unknownOrderSeconds, .integer(1...86_400),
      unit: "seconds", "Time after which orders of unknown outcome are news."),
    SettingsEntry(
      "notifications", "feed_stale_seconds", \.notifications.feedStaleSeconds, .integer(1...86_400), unit: "seconds",
      "Time after which a stale feed is news."),
    SettingsEntry(
      "notifications", "disk_free_megabytes", \.notifications.diskFreeMegabytes, .integer(0...1_000_000),
      unit: "megabytes", "Free space of the state directory's disk below which it is news."),
    SettingsEntry(
      "notifications", "daily_report", \.notifications.sendsDailyReport, .bool,
      "Whether the report of a day (UTC) is sent after its end."),
  ]
}
