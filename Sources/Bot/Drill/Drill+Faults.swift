import Agent
import Core
import Features
import Foundation
import Glibc
import HRM
import Journal

// What goes wrong by itself: the feed, the policy, its files, the market.

extension Drill {
  func stallFeed() async -> DrillResult {
    await attempt(.feedStall, "the feed falls silent on a clock of one-second bars, and comes back") { result in
      let valve = FeedValve()
      let bot = DrillBot(plan(.feedStall, pace: .wallClock) { $0.feedValve = valve })
      do {
        try await bot.wait("bars", since: bot.now) { $0.decisions >= 2 }
        let shut = bot.now
        valve.shut()
        let limit = Double(plan(.feedStall).settings.market.staleAfterBars + 4) * 1000
        let millis = try await bot.wait("the stale feed", since: shut) {
          $0.snapshot?.degradations.contains(Degradation.feedStale.rawValue) ?? false
        }
        result.took(millis, limit: limit, "last bar to reducing")
        result.expect(bot.last.snapshot?.tradingState == .reducing, "nothing is opened meanwhile")
        let opened = bot.now
        valve.open()
        let back = try await bot.wait("the feed again", since: opened) { $0.snapshot?.degradations.isEmpty ?? false }
        result.took(back, "first bar to active")
        let journal = try await bot.end()
        let notes = try journal.texts(.control).filter { $0.text.contains("feed_stale") }.count
        result.expect(notes == 2, "beginning and end are in the journal")
      } catch {
        await bot.abandon()
        throw error
      }
    }
  }

  func failModel() async -> DrillResult {
    await attempt(.modelFailure, "the policy in charge stops deciding") { result in
      let fault = FeedValve()
      let bot = DrillBot(
        plan(.modelFailure) {
          $0.settings.policy.name = "drill"
          $0.extraPolicy = ("drill", BreakablePolicy(fault: fault))
        })
      do {
        try await bot.wait("a position", since: bot.now) { ($0.snapshot?.fills ?? 0) >= 1 }
        let count = bot.last.decisions, broken = bot.now
        fault.shut()
        let millis = try await bot.wait("the roll-back", since: broken) { $0.snapshot?.policy == "flat" }
        result.took(millis, "fault to roll-back")
        let limit = settings.rollback.consecutiveFailures
        let journal = try await bot.end()
        let switched = try journal.texts(.policy).first
        result.expect(
          switched?.text.contains("\"consecutive_failures\"") ?? false,
          "rolled back after \(limit) failures in a row, with the evidence")
        let after = try journal.texts(.decision, after: switched?.sequence ?? 0).last?.text ?? ""
        result.expect(after.contains("\"flat\""), "the fallback decides from the next bar on")
        result.expect(bot.last.decisions > count, "no bar went without a decision")
      } catch {
        await bot.abandon()
        throw error
      }
    }
  }

  func damageModel() async -> DrillResult {
    await attempt(.modelDamage, "a byte of the network's weights changes on disk; a restart") { result in
      let plan = plan(.modelDamage) {
        $0.settings.policy.name = "hrm"
        $0.settings.policy.modelDirectory = "\(directory)/model"
        $0.settings.rollback.archiveCheckSeconds = 1
        // A busy machine must not roll back for another reason first.
        ($0.settings.policy.deadlineMillis, $0.settings.rollback.latencyP99Millis) = (5000, 10_000)
      }
      let path = plan.settings.policy.modelDirectory
      try ModelDirectory.create(at: path, architecture: .tiny, seed: 1, featureSchemaHash: FeatureSchema.hash)
      var bot = DrillBot(plan)
      do {
        try await bot.wait("decisions of the network", since: bot.now) { $0.decision?.decision.reading != nil }
        let damaged = bot.now
        try Self.damage("\(path)/\(ModelDirectory.weightsFile)")
        let millis = try await bot.wait("the roll-back", since: damaged) { $0.snapshot?.policy == "flat" }
        result.took(millis, limit: 10_000, "damage to roll-back (two looks, one second apart)")
        let journal = try await bot.end()
        result.expect(
          try journal.texts(.policy).first?.text.contains("archive_mismatch") ?? false, "the journal names the file")
        bot = DrillBot(plan)
        try await bot.wait("a decision after the restart", since: bot.now) { $0.decisions >= 1 }
        result.expect(
          bot.last.decision?.decision.policy.name == "flat",
          "a restart does not load it: the fallback looks after what is open")
        _ = try await bot.end()
      } catch {
        await bot.abandon()
        throw error
      }
    }
  }

  func loseDaily() async -> DrillResult {
    await attempt(.dailyLoss, "losses reach the day's limit") { result in
      let bot = DrillBot(
        plan(.dailyLoss) {
          $0.settings.risk.riskPerTrade = Rate(basisPoints: 1)
          $0.settings.risk.maxDailyLoss = Rate(basisPoints: 1)
          // Dear enough that trading to and fro must lose.
          $0.settings.paper.spread = Rate(basisPoints: 40)
        })
      do {
        let millis = try await bot.wait("the limit", since: bot.now, seconds: 60) { $0.snapshot?.latch != nil }
        result.took(millis, "start to halted")
        try await Task.sleep(for: .seconds(1))
        let latch = bot.last.snapshot?.latch
        result.expect(latch?.source == .lossLimit, "stopped by the limit: \(latch?.reason ?? "-")")
        let journal = try await bot.end()
        let at = try journal.texts(.latch).first?.sequence ?? 0
        let orders = try journal.texts(.intent, after: at).count
        result.expect(at > 0 && orders == 0, "\(orders) orders after the latch")
      } catch {
        await bot.abandon()
        throw error
      }
    }
  }

  private static func damage(_ path: String) throws {
    let file = open(path, O_RDWR | O_CLOEXEC)
    var byte: UInt8 = 0
    let place = lseek(file, 0, SEEK_END) / 2
    guard file >= 0, pread(file, &byte, 1, place) == 1 else {
      throw DrillFailure(description: "\(path) cannot be opened")
    }
    defer { close(file) }
    byte ^= 1
    guard pwrite(file, &byte, 1, place) == 1 else { throw DrillFailure(description: "\(path) cannot be changed") }
  }
}

/// Trades as `sma-cross` does until it is broken on purpose.
private struct BreakablePolicy: Policy {
  let identity = PolicyIdentity(name: "drill", sha256: "drill", isUntrained: false)
  let fault: FeedValve
  private var inner: SMACrossPolicy?

  init(fault: FeedValve) {
    self.fault = fault
    inner = try? SMACrossPolicy(fast: 2, slow: 3)
  }

  mutating func observe(_ observation: Observation) { inner?.observe(observation) }

  mutating func decide(_ observation: Observation) -> PolicyAnswer {
    if fault.isShut { return .failure(.loadFailed, "broken on purpose") }
    return inner?.decide(observation) ?? .failure(.loadFailed, "no rule")
  }
}
