import ArgumentParser
import Bot
import Catalog
import Core
import Settings
import Training

/// Options that say which data a model is trained on.
struct CorpusOptions: ParsableArguments {
  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var settings: SettingsOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Recorded bars: files (CSV or CSV.gz), directories with all in them, or queries of the catalog such as *:1h.",
      valueName: "data"))
  var data: [String] = []

  @Option(help: ArgumentHelp("Takes only series of this length of bars.", valueName: "1h")) var timeframe: String?

  @Option(
    help: ArgumentHelp(
      "Validation begins on this day in every market.",
      discussion: "Default: crypto 2024-01-01, US stocks 2014-01-01, currencies 2020-01-01, India 2025-01-01.",
      valueName: "day"))
  var cut: String?

  @Option(help: "Bars that labels look ahead.") var horizon = SplitRule().horizonBars

  @Option(help: "Return above which an outcome counts as an error of the data.")
  var outlier = CorpusRules().outlierReturn

  @Option(help: "Missing bars of open market that are no hole.") var tolerateMissing = 0

  @Option(help: "Most bars of all series together.") var maxBars = CorpusRules().barLimit

  @Option(
    help: "How the scale of features is fitted: \(NormaliserFit.allCases.map(\.rawValue).joined(separator: ", ")).")
  var scale = NormaliserFit.mean.rawValue

  /// What is asked for. Throws `StartError`.
  func request() throws -> CorpusRequest {
    // Not left to the parser: `--show-settings` reads no data.
    guard !data.isEmpty else {
      throw StartError("--data: say which recorded bars, as files, directories, or queries such as *:1h", exitCode: 64)
    }
    let rules: InstrumentSettings
    do { rules = try InstrumentSettings.load(besideSettings: settings.path) } catch {
      throw StartError("\(error)", exitCode: 78)
    }
    var request = try CorpusRequest(data, catalog: catalog.place, instruments: rules)
    if let timeframe {
      guard let wanted = Timeframe(timeframe) else {
        throw StartError("--timeframe \(timeframe): write a length such as 1h", exitCode: 64)
      }
      request.timeframe = wanted
    }
    if let cut {
      guard let day = CalendarDay(cut) else {
        throw StartError("--cut \(cut): write a day as 2024-01-01", exitCode: 64)
      }
      request.cut = day.start
    }
    guard (1...10_000).contains(horizon), outlier > 0, tolerateMissing >= 0, maxBars > 0 else {
      throw StartError("--horizon is 1 to 10000, --outlier and --max-bars are above 0", exitCode: 64)
    }
    request.split.horizonBars = horizon
    request.rules.outlierReturn = outlier
    request.rules.toleratedMissingBars = tolerateMissing
    request.rules.barLimit = maxBars
    return request
  }

  /// Reads what is asked for, and shows how far it is. Throws `StartError`.
  func read(_ request: CorpusRequest) throws -> Corpus {
    defer { ProgressLine.clear() }
    return try DataCommand.run {
      try Corpus(request) { number, name in
        if ProgressLine.isWanted { ProgressLine.show("reading \(number + 1)/\(request.sources.count) \(name)") }
      }
    }
  }

  /// How the scale is fitted. Throws `StartError`.
  func fit() throws -> NormaliserFit {
    guard let fit = NormaliserFit(rawValue: scale) else {
      let names = NormaliserFit.allCases.map(\.rawValue).joined(separator: ", ")
      throw StartError("--scale \(scale): choose \(names)", exitCode: 64)
    }
    return fit
  }
}
