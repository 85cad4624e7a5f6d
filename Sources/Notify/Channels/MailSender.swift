import Core
import Foundation
import Settings
import Transport

/// Sends a message by mail.
package struct MailSender: NoticeSender {
  package let name = "mail"
  private let address: String
  private let user: String
  private let password: Secret?
  private let sender: String
  private let recipients: [String]

  /// A channel over a mail server. Throws `ChannelError`.
  package init(address: String, user: String, password: Secret?, from: String, to: String) throws(ChannelError) {
    guard address.hasPrefix("smtps://") || address.hasPrefix("smtp://"), LoopbackAddress.host(of: address) != nil else {
      throw ChannelError("mail: notifications.mail_server must be smtps://host:465 or smtp://host:587")
    }
    guard user.isEmpty || password != nil else {
      throw ChannelError("mail: needs the password of \(NoticeText.line(user)) in the credential smtp-password")
    }
    let recipients = to.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    for mailbox in recipients + [from] where !MailClient.isMailbox(mailbox) {
      throw ChannelError("mail: \(NoticeText.line(mailbox)) is no mail address")
    }
    guard !recipients.isEmpty else { throw ChannelError("mail: notifications.mail_to names nobody") }
    self.address = address
    self.user = user
    self.password = password
    sender = from
    self.recipients = recipients
  }

  package func send(_ message: NoticeMessage, from origin: NoticeOrigin, at now: Timestamp) -> DeliveryResult {
    let password = password?.withRevealed { $0 } ?? ""
    let request = MailRequest(
      address: address, login: user.isEmpty ? nil : (user: user, password: password), sender: sender,
      recipients: recipients, letter: letter(message, origin, now))
    do throws(TransportError) { try MailClient.send(request) } catch {
      return .failed(NoticeText.redacted(error.description, [password]), isTransient: error.isTransient)
    }
    return .sent
  }

  /// The letter. Everything that is not ours is in base64: no line of it can be a header or the letter's end.
  func letter(_ message: NoticeMessage, _ origin: NoticeOrigin, _ now: Timestamp) -> [UInt8] {
    let text = "\(message.shownText)\n\n\(message.at)\n"
    let body = Data(text.utf8).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn])
    let lines = [
      "From: hrmbot <\(sender)>", "To: \(recipients.joined(separator: ", "))",
      "Subject: \(Self.encoded(message.headline(origin)))", "Date: \(Self.date(now))",
      "Message-ID: <\(now.milliseconds).\(message.number).hrmbot@\(sender.split(separator: "@").last ?? "localhost")>",
      "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64", "",
    ]
    let normal = body.replacing("\r\n", with: "\n").replacing("\r", with: "\n").replacing("\n", with: "\r\n")
    return Array((lines.joined(separator: "\r\n") + "\r\n" + normal + "\r\n").utf8)
  }

  /// A header's text as encoded words (RFC 2047) of at most 75 characters each.
  private static func encoded(_ text: String) -> String {
    var words: [String] = []
    var part = ""
    for character in text {
      if part.utf8.count + String(character).utf8.count > 42 {
        words.append(part)
        part = ""
      }
      part.append(character)
    }
    return (words + [part]).map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
  }

  /// A moment as mail has it, in UTC.
  private static func date(_ moment: Timestamp) -> String {
    let day = CalendarDay(moment)
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let seconds = Int(moment.millisecondsSince(day.start) / 1000)
    let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return
      "\(two(day.day)) \(months[day.month - 1]) \(day.year) \(two(seconds / 3600)):\(two(seconds / 60 % 60)):"
      + "\(two(seconds % 60)) +0000"
  }
}
