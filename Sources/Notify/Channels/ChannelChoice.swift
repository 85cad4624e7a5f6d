import Settings

/// The channels that settings and credentials name.
package struct ChannelChoice: Sendable {
  /// Channels that can be used.
  package var senders: [any NoticeSender] = []
  /// Channels that were wanted and cannot be used, and why.
  package var problems: [(channel: String, problem: String)] = []

  /// Reads the credentials, in `stateDirectory` or where the service manager put them.
  package init(_ settings: NotificationSettings, stateDirectory: String, environment: [String: String]) {
    func credential(_ name: String) throws(ChannelError) -> Secret? {
      do { return try Credential.read(name, stateDirectory: stateDirectory, environment: environment) } catch {
        throw ChannelError(error.description)
      }
    }
    add("webhook") { () throws(ChannelError) in
      let address = settings.webhookURL.isEmpty ? try credential("webhook-url") : Secret(settings.webhookURL)
      guard let address else { return nil }
      return try WebhookSender(address: address.withRevealed { $0 }, secret: try credential("webhook-secret"))
    }
    add("telegram") { () throws(ChannelError) in
      guard !settings.telegramChat.isEmpty else { return nil }
      return try TelegramSender(
        api: settings.telegramAPI, chat: settings.telegramChat, token: try credential("telegram-token"))
    }
    add("mail") { () throws(ChannelError) in
      guard !settings.mailServer.isEmpty else { return nil }
      return try MailSender(
        address: settings.mailServer, user: settings.mailUser, password: try credential("smtp-password"),
        from: settings.mailFrom, to: settings.mailTo)
    }
  }

  private mutating func add(_ channel: String, _ make: () throws(ChannelError) -> (any NoticeSender)?) {
    do throws(ChannelError) {
      if let sender = try make() { senders.append(sender) }
    } catch { problems.append((channel, error.description)) }
  }
}
