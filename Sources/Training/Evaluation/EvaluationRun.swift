import Agent
import Backtest
import Bot
import Core
import Dispatch
import HRM
import Settings
import Synchronization

/// An evaluation: the same policies over all groups, each instrument with an account of its own.
package struct EvaluationRun: Sendable {
  /// What is asked for.
  package struct Request: Sendable {
    /// Directory of the data.
    package var data: String
    /// Directories of models.
    package var models: [String] = []
    package var settings = EvaluationSettings()
    package var bot = BotSettings()
    package var rules: InstrumentSettings
    /// Asset class of files of which nothing says theirs.
    package var assetClass: String?
    /// Threads that work at a time.
    package var threads = 1

    /// A request over a directory.
    package init(data: String, rules: InstrumentSettings) {
      self.data = data
      self.rules = rules
    }
  }

  /// How far it is.
  package enum Progress: Sendable {
    /// Files looked at.
    case files(done: Int, of: Int)
    /// Bars that all policies have seen.
    case bars(done: Int, of: Int)
  }

  /// A group with the accounts of all policies.
  package struct GroupAccounts: Sendable {
    package var group: EvaluationGroup
    package var contenders: [Contender]
    /// By contender, cost factor and member.
    package var accounts: [[[DailyAccount]]]
  }

  package var request: Request
  package var models: [EvaluatedModel]
  package var groups: [GroupAccounts]
  /// What had to be assumed, in sentences.
  package var assumptions: [String]

  /// Runs a request. Throws `StartError`.
  package static func make(
    _ request: Request, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws -> EvaluationRun {
    let index = try EvaluationFiles(directory: request.data)
    let models = try request.models.map { try EvaluatedModel(directory: $0, settings: request.bot) }
    let archive = try Self.archive(request.settings)
    let seen = Tally()
    let files = try Self.spread(index.records.count, threads: request.threads, prepare: {}) { place, _ in
      defer { progress(.files(done: seen.add(1), of: index.records.count)) }
      return try SurveyedFile(
        index.records[place], in: index.directory, settings: request.settings, rules: request.rules,
        assetClass: request.assetClass)
    }
    let groups = try EvaluationGroup.make(files, models: models.map(\.notes), settings: request.settings)
    guard groups.contains(where: { !$0.members.isEmpty }) else {
      let reasons = groups.flatMap(\.omissions)
      throw StartError(
        "--data \(request.data): nothing is left to judge:\n"
          + reasons.prefix(10).joined(separator: "\n") + (reasons.count > 10 ? "\nand \(reasons.count - 10) more" : ""),
        exitCode: 65)
    }
    let work = Work(request: request, directory: index.directory, models: models, archive: archive, groups: groups)
    let accounts = try work.run(progress)
    let names = models.map(\.manifest.name)
    let unknown = models.filter { !$0.notes.isKnown && !$0.manifest.untrained }.map {
      "\($0.manifest.name) does not say what it was trained on: the spans of the protocol are judged, whatever it has seen."
    }
    let untold =
      archive == nil
      ? [] : ["The archived mlp policy does not say what it was trained on; it may have seen what is judged."]
    let twice = Set(names).count == names.count ? [] : ["Models of one name are told apart by their order alone."]
    return EvaluationRun(
      request: request, models: models, groups: accounts,
      assumptions: index.assumptions + unknown + twice + untold + files.flatMap(\.assumptions))
  }

  private static func archive(_ settings: EvaluationSettings) throws -> MLPPolicy? {
    guard !settings.mlpDirectory.isEmpty else { return nil }
    do { return try MLPPolicy(directory: settings.mlpDirectory) } catch {
      throw StartError("mlp_directory \(settings.mlpDirectory): \(error)", exitCode: 78)
    }
  }

  /// Does `count` jobs on some threads; results in the order of the jobs, and of errors the first in that order.
  fileprivate static func spread<Tool, Result: Sendable>(
    _ count: Int, threads: Int, prepare: @Sendable () throws -> Tool,
    _ job: @Sendable (Int, Tool) throws -> Result
  ) throws -> [Result] {
    let next = Tally()
    let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    let workers = max(1, min(threads, count))
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      do {
        let tool = try prepare()
        while true {
          let place = next.add(1) - 1
          guard place < count else { return }
          let result = Swift.Result { try job(place, tool) }
          results.withLock { $0[place] = result }
          if case .failure = result { _ = next.add(count) }
        }
      } catch { results.withLock { $0[-1] = .failure(error) } }
    }
    let all = results.withLock { $0 }
    for (_, result) in all.sorted(by: { $0.key < $1.key }) { if case .failure(let error) = result { throw error } }
    return try (0..<count).map { try all[$0]!.get() }
  }
}

/// The jobs of an evaluation: one for each file.
private struct Work: Sendable {
  let request: EvaluationRun.Request
  let directory: String
  let models: [EvaluatedModel]
  let archive: MLPPolicy?
  let groups: [EvaluationGroup]

  func run(_ progress: @escaping @Sendable (EvaluationRun.Progress) -> Void) throws -> [EvaluationRun.GroupAccounts] {
    let contenders = groups.map(contenders)
    let jobs = groups.indices.flatMap { group in groups[group].members.indices.map { (group, $0) } }
    let total = jobs.reduce(0) { sum, job in
      let member = groups[job.0].members[job.1]
      return sum + member.file.bars(in: member.file.first..<member.span.upperBound)
    }
    let seen = Tally()
    let threads = min(request.threads, jobs.count)
    let results = try EvaluationRun.spread(
      jobs.count, threads: threads, prepare: { try runners(threads) }
    ) { place, runners in
      let (group, member) = jobs[place]
      let trial = InstrumentTrial(
        file: groups[group].members[member].file, directory: directory, span: groups[group].members[member].span,
        settings: request.settings, bot: request.bot, models: models, runners: runners, archive: archive)
      return try trial.run(contenders[group]) { bars in
        progress(.bars(done: min(seen.add(bars), total), of: total))
      }
    }
    return groups.indices.compactMap { group in
      let own = jobs.indices.filter { jobs[$0].0 == group }.map { results[$0] }
      let accounts = contenders[group].indices.map { contender in
        request.settings.costTenths.indices.map { cost in own.map { $0[contender][cost] } }
      }
      return .init(group: groups[group], contenders: contenders[group], accounts: accounts)
    }
  }

  /// One runner for each model. They share the processors among the threads.
  private func runners(_ threads: Int) throws -> [NetworkRunner] {
    try models.map { model in
      let hrm = request.bot.hierarchicalReasoningModel
      do {
        return try NetworkRunner(
          network: model.network, cycles: hrm.cycles, timesteps: hrm.timesteps, threads: threads > 1 ? 1 : nil,
          mode: hrm.runsToConvergence
            ? .converge(tolerance: Float(hrm.convergenceThreshold), maxSteps: hrm.maxConvergenceSteps) : .fixed,
          capacity: HRMInference.largestCapacity)
      } catch { throw StartError("--model \(model.directory): \(error)", exitCode: 78) }
    }
  }

  /// The models with what is held back of them, then the baselines.
  private func contenders(_ group: EvaluationGroup) -> [Contender] {
    var list: [Contender] = []
    for (place, model) in models.enumerated() {
      list.append(Contender(.model(place, .none), name: model.manifest.name))
      guard request.settings.hasAblations else { continue }
      for restraint in model.restraints(for: group.members.map(\.file)) {
        list.append(Contender(.model(place, restraint), name: "\(model.manifest.name), \(restraint.rawValue)"))
      }
    }
    list += [
      Contender(.rule("flat"), name: "flat"), Contender(.rule("buy-and-hold"), name: "buy-and-hold"),
      Contender(.rule("sma-cross"), name: "SMA 50/200"), Contender(.rule("momentum"), name: "momentum"),
      Contender(.rule("linear"), name: "linear"),
    ]
    if archive != nil, group.timeframes == [.oneHour] { list.append(Contender(.archive, name: "mlp (PPO)")) }
    for seed in 0..<request.settings.seeds {
      list.append(Contender(.chance(seed: request.settings.seed &+ UInt64(seed)), name: "chance \(seed + 1)"))
    }
    return list
  }
}

/// A count that several threads add to.
private final class Tally: Sendable {
  private let count = Mutex(0)

  /// Adds and returns the sum so far.
  func add(_ number: Int) -> Int {
    count.withLock {
      $0 += number
      return $0
    }
  }
}
