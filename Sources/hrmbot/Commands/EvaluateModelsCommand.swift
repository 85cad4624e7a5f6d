import ArgumentParser
import Backtest
import Bot
import Control
import Core
import Foundation
import Settings
import Statistics
import Training

struct EvaluateModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Models beside baselines, out of sample and net of costs.",
    discussion: """
      The data are a directory of bar files with an index.json (one record for each file) or without one. Each instrument has
      an account of its own; a group (asset class and bar length, unless the protocol says otherwise) is their equal-weight
      portfolio. Rows: each model, the same with parts held back, flat, buy-and-hold, SMA 50/200, momentum, a linear model,
      chance that trades as often, and the archived mlp policy where the protocol names one. What is judged, with which
      costs and from which day on: config/evaluation.yaml. What the figures mean: docs/evaluation.md.

      The result of each model is counted in the ledger of trials, once for the same model, data and protocol.

      EXIT CODES
        0 done   64 wrong usage   65 bad data, or nothing left to judge   66 no such input   73 cannot write
        78 wrong protocol or settings

      EXAMPLES
        hrmbot evaluate --model models/hrm-small --data data/
        hrmbot evaluate --model a --model b --data data/ --json > table.json
        hrmbot evaluate --data data/ --report report.html       the baselines alone
        hrmbot evaluate --model a --data bars/ --asset-class crypto_perp --group-by folder
        hrmbot evaluate stats --input cases.json                how much of a result is luck
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var settings: SettingsOptions
  @Option(help: ArgumentHelp("Directory of a model; may be repeated.", valueName: "dir"), completion: .directory)
  var model: [String] = []
  @Option(help: ArgumentHelp("Directory of bar files.", valueName: "dir"), completion: .directory) var data: String?
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "Protocol.",
      discussion: "Default: config/evaluation.yaml if it is there, else the built-in one, which is the same.",
      valueName: "file"))
  var protocolFile: String?
  @Option(help: ArgumentHelp("Asset class of files of which no index says it.", valueName: "class")) var assetClass:
    String?
  @Option(
    help: ArgumentHelp(
      "What groups are made by, in place of the protocol's: market, asset_class, timeframe, folder, venue, instrument.",
      valueName: "key,key"))
  var groupBy: String?
  @Option(help: ArgumentHelp("Write the table and the curves as one HTML page.", valueName: "file")) var report: String?
  @Option(
    help: ArgumentHelp("Directory of the ledger of trials. Default: trials in the state directory.", valueName: "dir"))
  var ledger: String?
  @Option(help: ArgumentHelp("Threads. Default: as many as there are processors.", valueName: "n")) var jobs: Int?
  @Flag(help: "Do not run networks with parts held back, whatever the protocol says.") var noAblations = false
  @Flag(help: "Do not count this among the trials: for a run by which nothing is chosen.") var noTrial = false
  @Flag(help: "One JSON object on standard output.") var json = false
  @Flag(help: "With --json: the daily returns of every row.") var daily = false

  func run() throws {
    let request = try request()
    if let report { try checkPlace(of: report) }
    let progress = EvaluationProgress(since: SystemTime().monotonicNanoseconds)
    defer { ProgressLine.clear() }
    let run = try EvaluationRun.make(request) { progress.show($0, at: SystemTime().monotonicNanoseconds) }
    ProgressLine.clear()
    var result = EvaluationResult(run)
    let trials = EvaluationTrials(directory: ledger ?? common.stateDirectory.path + "/trials")
    do {
      if !noTrial { try trials.add(result, at: SystemTime().now) }
      result.deflate(by: try trials.ledger.census(), minimum: EvaluationTrials.noted(run.models))
    } catch {
      Console.error("the trials are not counted: \(error)")
      result.deflate(by: TrialCensus([]), minimum: EvaluationTrials.noted(run.models))
    }
    if let report { try EvaluationPage.write(result, to: report) }
    print(json ? EvaluationJSON.text(result, withReturns: daily) : EvaluationText.text(result))
  }

  /// A page that cannot be written is to be told before hours of work. Throws `StartError` (73).
  private func checkPlace(of report: String) throws {
    let directory = URL(fileURLWithPath: report).deletingLastPathComponent().path
    guard access(directory, W_OK) == 0 else {
      throw StartError("--report \(report): nothing can be written into \(directory)", exitCode: 73)
    }
  }

  private func request() throws -> EvaluationRun.Request {
    guard let data else {
      throw StartError("--data: name a directory of bar files, with or without an index.json", exitCode: 64)
    }
    if let jobs, !(1...64).contains(jobs) { throw StartError("--jobs \(jobs): must be from 1 to 64", exitCode: 64) }
    let loaded = try settings.load()
    let rules: InstrumentSettings
    do { rules = try InstrumentSettings.load(besideSettings: settings.path) } catch {
      throw StartError("\(error)", exitCode: 78)
    }
    var request = EvaluationRun.Request(data: data, rules: rules)
    (request.models, request.bot, request.assetClass) = (model, loaded.settings, assetClass)
    let usual = "config/evaluation.yaml"
    if let path = protocolFile ?? (FileManager.default.fileExists(atPath: usual) ? usual : nil) {
      do { request.settings = try EvaluationSettings.load(path: path) } catch {
        throw StartError("\(error)", exitCode: 78)
      }
    }
    if let groupBy {
      request.settings.groupBy = try groupBy.split(separator: ",").map { word in
        guard let key = EvaluationSettings.Key(rawValue: String(word)) else {
          let known = EvaluationSettings.Key.allCases.map(\.rawValue).joined(separator: ", ")
          throw StartError("--group-by \(word): is none of \(known)", exitCode: 64)
        }
        return key
      }
    }
    if noAblations { request.settings.hasAblations = false }
    request.threads = jobs ?? ProcessInfo.processInfo.activeProcessorCount
    return request
  }
}
