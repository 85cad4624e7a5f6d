import Core
import Foundation
import Loopback
import Notify
import Settings
import Testing

@Suite struct MailTests {
  private func sender(_ address: String, user: String = "") throws -> MailSender {
    try MailSender(
      address: address, user: user, password: user.isEmpty ? nil : Secret("pass word".replacing(" ", with: "-")),
      from: "bot@here.example", to: "a@there.example, b@there.example")
  }

  @Test func aLetterArrivesWhole() throws {
    let server = try LoopbackMailServer()
    let hostile = ChannelTests.message("first\r\n.\r\nMAIL FROM:<x@y>\r\nGrüße", .dailyReport)
    let result = try sender("smtp://127.0.0.1:\(server.port)", user: "bot").send(
      hostile, from: ChannelTests.origin, at: ChannelTests.now)
    #expect(result == .sent)
    let said = server.transcript
    #expect(said.contains("MAIL FROM:<bot@here.example>"))
    #expect(said.filter { $0.hasPrefix("RCPT TO") } == ["RCPT TO:<a@there.example>", "RCPT TO:<b@there.example>"])
    #expect(said.contains { $0.contains(Data("\0bot\0pass-word".utf8).base64EncodedString()) })
    #expect(said.filter { $0.hasPrefix("MAIL FROM") }.count == 1)
    let letter = try #require(said.first { $0.contains("MIME-Version") })
    let parts = letter.components(separatedBy: "\r\n\r\n")
    let body = try #require(
      Data(base64Encoded: parts.dropFirst().joined(), options: .ignoreUnknownCharacters).map {
        String(decoding: $0, as: UTF8.self)
      })
    #expect(body.hasPrefix("first \n. \nMAIL FROM:<x@y> \nGrüße\n\n2023-11-14T22:13:20Z"), "\(body)")
    #expect(parts[0].contains("Date: 14 Nov 2023 22:13:20 +0000") && !parts[0].contains("X: y"))
    for line in letter.components(separatedBy: "\r\n") { #expect(line.utf8.count <= 78, "\(line)") }
  }

  @Test func whatTheServerRefusesIsSaid() throws {
    func result(_ answers: [String: String]) throws -> DeliveryResult {
      let server = try LoopbackMailServer(answers: answers)
      return try sender("smtp://127.0.0.1:\(server.port)").send(
        ChannelTests.message("x"), from: ChannelTests.origin, at: ChannelTests.now)
    }
    guard case .failed(_, isTransient: false, _) = try result(["RCPT": "550 nobody of that name"]) else {
      Issue.record("550 is final")
      return
    }
    guard case .failed(_, isTransient: true, _) = try result(["MAIL": "451 later"]) else {
      Issue.record("451 is not final")
      return
    }
    guard case .failed(_, isTransient: false, _) = try result([".": "554 spam"]) else {
      Issue.record("554 is final")
      return
    }
  }

  /// 0.0.0.0 leads to this machine too, but its text does not say so: to anybody else nothing is said unencrypted.
  @Test func withoutEncryptionNothingIsSaid() throws {
    let server = try LoopbackMailServer()
    let result = try sender("smtp://0.0.0.0:\(server.port)", user: "bot").send(
      ChannelTests.message("x"), from: ChannelTests.origin, at: ChannelTests.now)
    guard case .failed(let reason, isTransient: false, _) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(reason.contains("secure"), "\(reason)")
    #expect(!server.transcript.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") || $0.contains("DATA") })
  }

  @Test(arguments: ["", "a", "a@", "@b", "a@b@c", "a@b>\r\nRCPT TO:<x@y", "a b@c", "a@b,c@d\n"])
  func noAddressIsMoreThanOne(address: String) {
    #expect(throws: ChannelError.self) {
      try MailSender(address: "smtps://m.example:465", user: "", password: nil, from: address, to: "a@b.example")
    }
  }
}
