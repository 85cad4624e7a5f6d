import Agent
import Control
import Core
import Features
import Files
import Foundation
import HRM
import Settings

/// Exercises what a bot does when something is wrong, on real bots on paper: the same actors, loop, journal, control
/// directory and files as any other, each in a temporary home of its own, on the simulated market. Never a home that
/// anybody trades from, and no venue but the paper one.
package struct Drill: Sendable {
  /// An exercise.
  package enum Exercise: String, CaseIterable, Sendable {
    case stop
    case rollback
    case feedStall = "feed_stall"
    case modelFailure = "model_failure"
    case modelDamage = "model_damage"
    case dailyLoss = "daily_loss"
  }

  /// Bars a second where the market need not be on a clock.
  static let barsPerSecond = 25.0
  let settings: BotSettings
  private let build: String
  private let keep: Bool
  /// Where all homes are made.
  package let directory: String

  /// A drill with somebody's settings: limits and times are theirs, market and places the drill's own. `keep`: the homes
  /// stay for whoever wants to look.
  ///
  /// - Throws: `StartError` 73 where no directory can be made.
  package init(settings: BotSettings, build: String, keep: Bool) throws {
    self.settings = settings
    self.build = build
    self.keep = keep
    var template = Array((NSTemporaryDirectory() + "hrmbot-drill-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw StartError("\(NSTemporaryDirectory()): no directory can be made there: \(FileError.text())", exitCode: 73)
    }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Performs exercises one after the other. `progress` gets the name of each before it begins.
  package func perform(_ exercises: [Exercise], progress: (Exercise) -> Void) async -> [DrillResult] {
    var results: [DrillResult] = []
    for exercise in exercises {
      progress(exercise)
      results.append(await perform(exercise))
    }
    if !keep { try? FileManager.default.removeItem(atPath: directory) }
    return results
  }

  private func perform(_ exercise: Exercise) async -> DrillResult {
    switch exercise {
    case .stop: await stop()
    case .rollback: await rollBack()
    case .feedStall: await stallFeed()
    case .modelFailure: await failModel()
    case .modelDamage: await damageModel()
    case .dailyLoss: await loseDaily()
    }
  }

  /// Runs an exercise with what it does to a bot; what it throws is its failure.
  func attempt(
    _ name: Exercise, _ text: String, _ body: (inout DrillResult) async throws -> Void
  ) async -> DrillResult {
    var result = DrillResult(name.rawValue, text)
    do { try await body(&result) } catch { result.expect(false, "\(error)") }
    return result
  }

  /// A plan for a bot that trades often, in the home of that name.
  func plan(
    _ name: Exercise, pace: Pace = .barsPerSecond(Drill.barsPerSecond), _ change: (inout RunPlan) -> Void = { _ in }
  )
    -> RunPlan
  {
    var settings = settings
    settings.market = MarketSettings()
    settings.market.timeframe = pace == .wallClock ? .oneSecond : .oneMinute
    settings.policy = PolicySettings()
    settings.policy.name = "sma-cross"
    (settings.policy.smaFastBars, settings.policy.smaSlowBars) = (2, 3)
    // What the exercise is not about must not stop the bot before it.
    settings.risk.maxOrdersPerMinute = 100_000
    settings.risk.maxRepeatedExecutions = 10_000
    settings.risk.maxConsecutiveLosses = 1000
    settings.risk.maxVolatilityRank = .one
    if name != .dailyLoss { (settings.risk.maxDailyLoss, settings.risk.maxDrawdown) = (.one, .one) }
    settings.rollback.coolDownSeconds = 0
    var plan = RunPlan(
      settings: settings, settingsJSON: [], source: .simulated, pace: pace, journal: .off,
      home: StateDirectory(path: "\(directory)/\(name.rawValue)", environment: [:]), settingsPath: nil,
      maximumBars: nil, build: build)
    plan.journal = .directory(plan.home.journalPath)
    change(&plan)
    plan.settingsJSON = SettingsSchema.canonicalJSON(of: plan.settings)
    return plan
  }
}
