import Control
import Core
import Glibc

extension PaperRun {
  /// Puts a person's command to the running bot, as an input like any other; the answer, or nil if none comes within
  /// `seconds`: the bot may still carry it out then.
  package func ask(_ command: ControlCommand, seconds: Int = 5) async -> String? {
    let (answers, answer) = AsyncStream.makeStream(of: String.self)
    mailbox.send(
      .control(command) {
        answer.yield($0)
        answer.finish()
      })
    let patience = Task {
      try? await Task.sleep(for: .seconds(seconds))
      answer.finish()
    }
    defer { patience.cancel() }
    for await text in answers { return text }
    return nil
  }

  /// The second step of a resume by somebody who does not write into the control directory: it names the latch. Refused
  /// while STOP is there, and where a RESUME file of the bot's own user would not count: whoever reaches the bot's server
  /// may be no more than that.
  package func resume(latchID: String) async -> String? {
    let directory = ControlDirectory(path: plan.home.controlPath)
    func refusal() -> String? { directory.refusalOfResume(user: geteuid(), group: getegid()).map { "refused: \($0)" } }
    var answer = refusal()
    if answer == nil {
      // The watcher must have seen that STOP is gone: one that it read a moment ago would stop the bot anew.
      try? await Task.sleep(for: .milliseconds(2 * plan.settings.control.pollMillis + 50))
      answer = refusal()
    }
    if answer == nil { answer = await ask(.resume(latchID: latchID)) }
    if let answer { log.write(.notice, "resume over HTTP: \(answer)") }
    return answer
  }
}
