import Core
import Digest
import Foundation
import Loopback
import Notify
import Settings
import Synchronization
import Testing

@Suite struct ChannelTests {
  static let now = Timestamp(milliseconds: 1_700_000_000_000)
  static let origin = NoticeOrigin(host: "host\r\nX: y", mode: "PAPER")
  static func message(_ text: String, _ kind: NoticeKind = .stop) -> NoticeMessage {
    NoticeMessage(number: 7, kind: kind, importance: .critical, text: text, at: now)
  }
  private static let good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test func aWebhookIsSigned() throws {
    let asked = Mutex("")
    let server = try LoopbackServer { request in
      asked.withLock { $0 = request }
      return .reply(Self.good)
    }
    let secret = "0123456789abcdef"
    let sender = try WebhookSender(address: server.address + "/hook", secret: Secret(secret))
    let text = "STOP \"x\"\n\u{1b}[31m\u{202e}"
    #expect(sender.send(Self.message(text), from: Self.origin, at: Self.now) == .sent)
    let request = asked.withLock { $0 }
    #expect(request.hasPrefix("POST /hook HTTP/1.1\r\n") && request.contains("X-Hrmbot-Timestamp: 1700000000\r\n"))
    let body = try #require(request.components(separatedBy: "\r\n\r\n").last)
    let code = SHA256.hex(HMAC.sha256(Array("1700000000.\(body)".utf8), key: Array(secret.utf8)))
    #expect(request.contains("X-Hrmbot-Signature: sha256=\(code)\r\n"))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
    #expect(json["text"] as? String == "STOP \"x\"  [31m " && json["kind"] as? String == "stop")
    #expect(json["schema"] as? String == "hrmbot.notice/1" && json["importance"] as? String == "critical")
    #expect(!request.contains(secret) && !body.contains("\u{1b}") && !body.contains("\u{202e}"))
  }

  @Test(arguments: [
    (200, true, true), (204, true, true), (302, false, false), (400, false, false), (404, false, false),
    (429, false, true), (500, false, true), (503, false, true),
  ]) func anAnswerSaysWhetherToTryAgain(status: Int, isSent: Bool, isTransient: Bool) throws {
    let server = try LoopbackServer { _ in
      .reply("HTTP/1.1 \(status) X\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n")
    }
    let sender = try WebhookSender(address: server.address, secret: Secret("0123456789abcdef"))
    let result = sender.send(Self.message("x"), from: Self.origin, at: Self.now)
    #expect(
      result
        == (isSent ? .sent : .failed("answer \(status)", isTransient: isTransient, afterSeconds: 9)))
  }

  @Test func telegramGetsPlainTextAndItsTokenStaysOutOfErrors() throws {
    let asked = Mutex("")
    let server = try LoopbackServer { request in
      asked.withLock { $0 = request }
      return .reply(Self.good)
    }
    let token = Secret("123:ABC-def_9")
    let sender = try TelegramSender(api: server.address + "/", chat: "-42", token: token)
    #expect(sender.send(Self.message("<b>&_*[x](y)"), from: Self.origin, at: Self.now) == .sent)
    let request = asked.withLock { $0 }
    #expect(request.hasPrefix("POST /bot123:ABC-def_9/sendMessage HTTP/1.1\r\n") && !request.contains("parse_mode"))
    #expect(request.contains("<b>&_*[x](y)") && request.contains("\"chat_id\":\"-42\""))
    let nobody = try TelegramSender(api: "http://127.0.0.1:\(try Wire.freePort())", chat: "1", token: token)
    guard case .failed(let reason, true, _) = nobody.send(Self.message("x"), from: Self.origin, at: Self.now) else {
      Issue.record("nobody is there")
      return
    }
    #expect(!reason.contains("ABC"))
  }

  @Test(arguments: [
    "http://example.org/x", "ftp://127.0.0.1", "http://127.evil.example/", "http://localhost.example/", "",
  ])
  func plainHTTPIsForThisMachineAlone(address: String) {
    #expect(throws: ChannelError.self) {
      try WebhookSender(address: address, secret: Secret("0123456789abcdef"))
    }
  }

  @Test func whatIsMissingIsNamed() {
    #expect(throws: ChannelError.self) { try WebhookSender(address: "https://a.example", secret: nil) }
    #expect(throws: ChannelError.self) { try WebhookSender(address: "https://a.example", secret: Secret("short")) }
    #expect(throws: ChannelError.self) { try TelegramSender(api: "https://a.example", chat: "1", token: nil) }
    #expect(throws: ChannelError.self) { try TelegramSender(api: "https://a.example", chat: "1", token: Secret("a/b")) }
  }
}
