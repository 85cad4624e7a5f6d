import ArgumentParser
import Bot
import Catalog
import Feed
import Foundation

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Keep recorded market data: import, check, list, fetch.",
    discussion: """
      Bars are checked and kept in a catalog, which opens at once and finds them by instrument, length and time.

      EXAMPLES
        hrmbot data import BTCUSDT-1h.csv.gz
        hrmbot data list
        hrmbot data check 'BTC*:1h'
        hrmbot data fetch BTCUSDT --timeframe 1h --from 2023-01-01 --to 2024-01-01
      """,
    subcommands: [
      DataImportCommand.self, DataListCommand.self, DataCheckCommand.self, DataFetchCommand.self, DataBenchCommand.self,
    ])

  /// Runs a body and turns its errors into ones with an exit code.
  static func run<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as CatalogError {
      let codes: [CatalogError.Kind: Int32] = [.usage: 64, .missing: 66, .data: 65, .output: 73]
      throw StartError(error.description, exitCode: codes[error.kind] ?? 65)
    } catch let error as FeedError { throw StartError(error.description, exitCode: 65) }
  }
}

/// Options that say where the catalog is.
struct CatalogOptions: ParsableArguments {
  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("Catalog.", discussion: "Default: catalog/ in the state directory.", valueName: "dir"))
  var catalog: String?

  /// The catalog.
  var place: Catalog { Catalog(directory: catalog ?? common.stateDirectory.path + "/catalog") }
}

/// Options that say what files hold.
struct SourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Symbol of all files.", discussion: "Default: from index.json, else from the file's name."))
  var instrument: String?

  @Option(help: ArgumentHelp("Length of the bars.", discussion: "Default: what the rows show.", valueName: "1h"))
  var timeframe: String?

  @Option(help: ArgumentHelp("Where the bars are from.", discussion: "Default: from index.json, else local."))
  var source: String?

  @Option(
    help: ArgumentHelp(
      "Trading hours, to tell a gap from a closed market: \(MarketHours.names.joined(separator: ", ")).",
      discussion: "Default: from index.json, else always-open."))
  var hours: String?

  /// The files at paths. Throws `StartError`.
  func sources(_ paths: [String]) throws -> [Importer.Source] {
    var list = SourceList()
    list.instrument = instrument
    list.source = source
    if let hours {
      guard MarketHours.calendar(named: hours) != nil else {
        throw StartError("--hours \(hours): choose \(MarketHours.names.joined(separator: ", "))", exitCode: 64)
      }
      list.hours = hours
    }
    if let timeframe { list.timeframe = try DataCommand.timeframe(timeframe) }
    return try DataCommand.run { try list.sources(paths) }
  }
}

/// Options that say what a check lets pass.
struct LimitOptions: ParsableArguments {
  @Option(help: "Rows that may be refused.") var maxRefused = QualityLimits().refusedRows
  @Option(
    help: ArgumentHelp(
      "Share of bars that may be missing.",
      discussion: "Default: 0.01, and 0.05 where the market closes: holidays count."))
  var maxMissing: Double?
  @Option(help: "Share of bars that may be outliers.") var maxOutliers = QualityLimits().outlierRatio
  @Option(help: "Bars for which the price may stand still.") var maxStale = QualityLimits().staleRun

  /// The limits.
  var limits: QualityLimits {
    var limits = QualityLimits()
    limits.refusedRows = maxRefused
    limits.missingRatio = maxMissing
    limits.outlierRatio = maxOutliers
    limits.staleRun = maxStale
    return limits
  }
}
