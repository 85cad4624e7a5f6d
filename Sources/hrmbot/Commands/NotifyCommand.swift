import ArgumentParser
import Control
import Core
import Foundation
import Notify

struct NotifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify", abstract: "Who is told what happens.",
    discussion: """
      EXAMPLE
        hrmbot notify test
      """, subcommands: [Test.self])

  struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a message over every channel and say what came of it.",
      discussion: """
        Channels are in the section `notifications` of the settings, their secrets in files of their own:
        docs/notifications.md. Exit code 1: a channel failed; 78: there is none, or one is set up wrongly.

        EXAMPLES
          hrmbot notify test
          hrmbot notify test --settings /etc/hrmbot/settings.yaml --json
        """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var settings: SettingsOptions
    @Flag(help: "One JSON object.") var json = false

    func run() throws {
      let loaded = try settings.load().settings.notifications
      let channels = ChannelChoice(
        loaded, stateDirectory: common.stateDirectory.path, environment: ProcessInfo.processInfo.environment)
      var results = channels.problems.map { ChannelTest(channel: $0.channel, isSent: false, text: $0.problem) }
      let isWrong = !results.isEmpty
      let origin = NoticeOrigin(host: ProcessInfo.processInfo.hostName, mode: "TEST")
      for sender in channels.senders { results.append(ChannelTest(sender, origin)) }
      print(json ? Self.json(results).text : Self.text(results))
      if isWrong || results.isEmpty { throw ExitCode(78) }
      if !results.allSatisfy(\.isSent) { throw ExitCode(1) }
    }

    private static func text(_ results: [ChannelTest]) -> String {
      guard !results.isEmpty else {
        return "no channel is set: see the section `notifications` of the settings and docs/notifications.md"
      }
      return results.map { "\($0.isSent ? "sent  " : "FAILED")  \($0.channel): \($0.text)" }.joined(separator: "\n")
    }

    private static func json(_ results: [ChannelTest]) -> CanonicalJSON {
      var out = CanonicalJSON()
      out.object { out in
        out.key("channels")
        out.array { out in
          for result in results {
            out.object { out in
              out.key("channel")
              out.value(result.channel)
              out.key("sent")
              out.value(result.isSent)
              out.key("text")
              out.value(result.text)
            }
          }
        }
      }
      return out
    }
  }
}

/// What came of a test message.
struct ChannelTest {
  var channel: String
  var isSent: Bool
  var text: String

  init(channel: String, isSent: Bool, text: String) { (self.channel, self.isSent, self.text) = (channel, isSent, text) }

  /// Sends one.
  init(_ sender: any NoticeSender, _ origin: NoticeOrigin) {
    let time = SystemTime()
    let start = time.monotonicNanoseconds
    let message = NoticeMessage(
      number: 1, kind: .test, importance: .info, text: "a test: this channel works", at: time.now)
    let result = sender.send(message, from: origin, at: time.now)
    let millis = (time.monotonicNanoseconds &- start) / 1_000_000
    switch result {
    case .sent: self.init(channel: sender.name, isSent: true, text: "taken after \(millis) ms")
    case .failed(let reason, let isTransient, _):
      self.init(
        channel: sender.name, isSent: false, text: reason + (isTransient ? "; trying again may help" : ""))
    }
  }
}
