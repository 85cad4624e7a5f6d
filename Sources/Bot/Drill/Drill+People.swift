import Control
import Core
import Execution
import Files
import Foundation
import Journal

// What people do: stop and resume, roll back and promote.

extension Drill {
  func stop() async -> DrillResult {
    await attempt(.stop, "a STOP file while it trades; a restart; RESUME") { result in
      let plan = plan(.stop)
      var bot = DrillBot(plan)
      do {
        try await bot.wait("two fills", since: bot.now) { ($0.snapshot?.fills ?? 0) >= 2 }
        let control = ControlDirectory(path: plan.home.controlPath)
        let written = bot.now
        try DurableFile.replace(control.stopPath, with: Array("drill".utf8), mode: 0o644)
        let millis = try await bot.wait("the latch", since: written) { $0.snapshot?.latch != nil }
        result.took(millis, limit: 1000, "STOP file to halted")
        try await Task.sleep(for: .seconds(1))
        let journal = try await bot.end()
        let latch = try journal.texts(.latch).first?.sequence ?? 0
        let orders = try journal.texts(.intent, after: latch).count
        result.expect(latch > 0 && orders == 0, "\(orders) orders in the second after the latch")

        bot = DrillBot(plan)
        let restarted = bot.now
        try await bot.wait("a restart", since: restarted) { $0.snapshot != nil }
        result.expect(bot.last.snapshot?.latch != nil, "the stop holds over a restart")
        unlink(control.stopPath)
        let id = bot.last.snapshot?.latch?.id ?? ""
        let resumed = bot.now
        try DurableFile.replace(control.resumePath, with: Array(id.utf8), mode: 0o644)
        let back = try await bot.wait("active again", since: resumed) { $0.snapshot?.tradingState == .active }
        result.took(back, "RESUME to active")
        let fills = bot.last.snapshot?.fills ?? 0
        try await bot.wait("a fill after the resume", since: resumed) { ($0.snapshot?.fills ?? 0) > fills }
        _ = try await bot.end()
        result.expect(true, "it trades again once resumed by name")
      } catch {
        await bot.abandon()
        throw error
      }
    }
  }

  func rollBack() async -> DrillResult {
    await attempt(.rollback, "a person's roll-back; a restart; a promotion") { result in
      let plan = plan(.rollback)
      var bot = DrillBot(plan)
      do {
        try await bot.wait("decisions", since: bot.now) { $0.decisions >= 3 }
        let asked = bot.now
        let answer = try await Self.ask(.init(command: "rollback", policy: nil, reason: "drill"), plan.home)
        result.took(Double(bot.now &- asked) / 1e6, limit: 1000, "command to answer")
        result.expect(answer == "policy in charge: flat", "the bot answers: \(answer)")
        let count = bot.last.decisions
        try await bot.wait("the next decision", since: asked) { $0.decisions > count }
        let decision = bot.last.decision?.decision
        result.expect(
          decision?.policy.name == "flat" && decision?.role == .fallback, "the next decision is the fallback's")
        _ = try await bot.end()

        bot = DrillBot(plan)
        try await bot.wait("a decision after the restart", since: bot.now) { $0.decisions >= 1 }
        result.expect(bot.last.decision?.decision.policy.name == "flat", "a restart keeps it")
        let promoted = bot.now
        let reply = try await Self.ask(.init(command: "promote", policy: "sma-cross", reason: nil), plan.home)
        result.took(Double(bot.now &- promoted) / 1e6, "promotion to answer")
        try await bot.wait("a decision of its own", since: promoted) { $0.decision?.decision.role == .production }
        result.expect(reply.contains("sma-cross"), "promoted by a person: \(reply)")
        let journal = try await bot.end()
        let switches = try journal.texts(.policy).map(\.text)
        result.expect(
          switches.count == 2 && switches.contains { $0.contains("drill") }, "both are in the journal, with the reason")
      } catch {
        await bot.abandon()
        throw error
      }
    }
  }

  /// Leaves a command as `hrmbot rollback` does, off this task's thread.
  private static func ask(_ request: CommandInbox.Request, _ home: StateDirectory) async throws -> String {
    let inbox = CommandInbox(stateDirectory: home.path)
    return try await Task.detached { try inbox.ask(request, waitMillis: 5000) ?? "no answer" }.value
  }
}
