import Core

/// Who is writing: part of every message.
package struct NoticeOrigin: Sendable, Hashable {
  /// Name of the machine.
  package var host: String
  /// What kind of run, for example `PAPER SYNTHETIC`.
  package var mode: String

  /// An origin as given.
  package init(host: String, mode: String) {
    self.host = host
    self.mode = mode
  }
}

/// A way to a person. Sending waits for the network: never on a thread that trades.
package protocol NoticeSender: Sendable {
  /// Name of the channel in metrics and messages.
  var name: String { get }
  /// Delivers one message. `now` is for stamps alone.
  func send(_ message: NoticeMessage, from origin: NoticeOrigin, at now: Timestamp) -> DeliveryResult
}

/// Settings of a channel that cannot be used.
package struct ChannelError: Error, Hashable, CustomStringConvertible {
  /// What is wrong and what to do.
  package var description: String

  /// An error as given.
  package init(_ description: String) { self.description = description }
}

extension NoticeMessage {
  /// What happened, made safe to show.
  var shownText: String { kind == .dailyReport ? NoticeText.report(text) : NoticeText.line(text) }

  /// The headline: how grave, where, what.
  func headline(_ origin: NoticeOrigin) -> String {
    "[\(importance.rawValue)] hrmbot \(NoticeText.line(origin.mode)) on \(NoticeText.line(origin.host)): "
      + kind.rawValue.replacing("_", with: " ")
  }
}
