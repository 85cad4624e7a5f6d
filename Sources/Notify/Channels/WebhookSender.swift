import Core
import Digest
import Settings
import Transport

/// Posts a message as JSON, signed so that the receiver can tell who wrote it and when.
///
/// `X-Hrmbot-Signature` is `sha256=` and the hex of HMAC-SHA256 under the shared secret over the timestamp of
/// `X-Hrmbot-Timestamp` (seconds since 1970), a dot, and the body. A receiver refuses old timestamps.
package struct WebhookSender: NoticeSender {
  package let name = "webhook"
  private let address: String
  private let secret: Secret

  /// A channel to `address`: https, or this machine. Throws `ChannelError`.
  package init(address: String, secret: Secret?) throws(ChannelError) {
    guard let secret, secret.withRevealed({ $0.utf8.count >= 16 }) else {
      throw ChannelError("webhook: needs the credential webhook-secret, 16 characters at least, to sign with")
    }
    try HTTPDelivery.check(address, channel: name)
    self.address = address
    self.secret = secret
  }

  package func send(_ message: NoticeMessage, from origin: NoticeOrigin, at now: Timestamp) -> DeliveryResult {
    let body = Self.body(message, origin)
    let stamp = "\(now.milliseconds / 1000)"
    let code = secret.withRevealed { HMAC.sha256(Array("\(stamp).".utf8) + body, key: Array($0.utf8)) }
    let headers = [
      (name: "X-Hrmbot-Timestamp", value: stamp),
      (name: "X-Hrmbot-Signature", value: "sha256=" + SHA256.hex(code)),
    ]
    return HTTPDelivery.post(body, to: address, headers: headers) { NoticeText.redacted($0, [address]) }
  }

  private static func body(_ message: NoticeMessage, _ origin: NoticeOrigin) -> [UInt8] {
    var json = CanonicalJSON(capacity: 512)
    json.object { json in
      json.key("at")
      json.value(message.at.description)
      json.key("headline")
      json.value(message.headline(origin))
      json.key("host")
      json.value(NoticeText.line(origin.host))
      json.key("importance")
      json.value(message.importance.rawValue)
      json.key("kind")
      json.value(message.kind.rawValue)
      json.key("mode")
      json.value(NoticeText.line(origin.mode))
      json.key("number")
      json.value(message.number)
      json.key("schema")
      json.value(literal: "hrmbot.notice/1")
      json.key("text")
      json.value(message.shownText)
    }
    return json.bytes
  }
}
