import Core
import Settings
import Transport

/// Sends a message by a Telegram bot, as plain text: nothing in it is taken for markup.
package struct TelegramSender: NoticeSender {
  package let name = "telegram"
  private let api: String
  private let chat: String
  private let token: Secret

  /// A channel to a chat. Throws `ChannelError`.
  package init(api: String, chat: String, token: Secret?) throws(ChannelError) {
    guard let token else { throw ChannelError("telegram: needs the bot's token in the credential telegram-token") }
    let isToken = token.withRevealed { $0.utf8.allSatisfy(Self.isWordByte) }
    guard isToken else { throw ChannelError("telegram: the credential telegram-token is no token of a bot") }
    try HTTPDelivery.check(api, channel: name)
    self.api = api.hasSuffix("/") ? String(api.dropLast()) : api
    self.chat = chat
    self.token = token
  }

  /// Digits, letters, colon, underscore and dash: nothing that would be another place of the interface.
  private static func isWordByte(_ byte: UInt8) -> Bool {
    (48...58).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 || byte == 45
  }

  package func send(_ message: NoticeMessage, from origin: NoticeOrigin, at now: Timestamp) -> DeliveryResult {
    var json = CanonicalJSON(capacity: 512)
    json.object { json in
      json.key("chat_id")
      json.value(chat)
      json.key("link_preview_options")
      json.object { json in
        json.key("is_disabled")
        json.value(true)
      }
      json.key("text")
      json.value("\(message.headline(origin))\n\(message.shownText)")
    }
    return token.withRevealed { token in
      HTTPDelivery.post(json.bytes, to: "\(api)/bot\(token)/sendMessage") { NoticeText.redacted($0, [token]) }
    }
  }
}
