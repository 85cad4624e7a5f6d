import ArgumentParser
import Bot
import Catalog
import Core
import Foundation

extension DataCommand {
  /// The length of a bar. Throws `StartError`.
  static func timeframe(_ text: String) throws -> Timeframe {
    guard let timeframe = Timeframe(text) else {
      throw StartError("--timeframe \(text): write a length such as 1m, 5m, 1h or 1d", exitCode: 64)
    }
    return timeframe
  }
}

struct DataImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Check files of bars and keep them in the catalog.",
    discussion: """
      Reads CSV, plain or gzip; the columns are found by their names. Files of one instrument and length become one
      series; a series that is there already is replaced. Rows may come in any order. Rows that are no bars, repeated and
      contradictory ones are left out and counted, gaps are kept.

      EXAMPLES
        hrmbot data import BTCUSDT.csv.gz
        hrmbot data import downloads/ --source binance --timeframe 1h
        hrmbot data import EURUSD.csv --instrument EURUSD --hours fx-week --json
      """)

  @Argument(help: "Files and directories of .csv and .csv.gz.", completion: Completions.bars) var paths: [String]
  @OptionGroup var options: SourceOptions
  @OptionGroup var place: CatalogOptions
  @Flag(help: "One JSON object instead of text.") var json = false

  func run() throws {
    let importer = Importer(place.place)
    var failures: [String] = []
    let groups = groups(try options.sources(paths), &failures)
    var entries: [CatalogEntry] = []
    for (index, group) in groups.enumerated() {
      progress("\(index + 1) of \(groups.count)  \(group.files[0].path)")
      do {
        let entry = try importer.load(group)
        entries.append(entry)
        progress("")
        if !json { print(line(entry)) }
      } catch { failures.append("\(error)") }
    }
    progress("")
    if json { printJSON(entries, failures) }
    for failure in failures { Console.error(failure) }
    if !failures.isEmpty { throw ExitCode(65) }
  }

  /// Files that cannot be read do not keep the others out.
  private func groups(_ sources: [Importer.Source], _ failures: inout [String]) -> [Importer.Group] {
    var usable: [Importer.Source] = []
    for source in sources {
      do {
        _ = try Importer.groups([source])
        usable.append(source)
      } catch { failures.append("\(error)") }
    }
    return (try? Importer.groups(usable)) ?? []
  }

  private func progress(_ text: String) {
    guard isatty(STDERR_FILENO) == 1, !json else { return }
    Output.write("\r\u{1B}[K" + text, to: STDERR_FILENO)
  }

  private func line(_ entry: CatalogEntry) -> String {
    let quality = entry.quality
    var notes = ["\(quality.missingBars) missing", "\(quality.outliers) outliers"]
    if quality.refusedRows > 0 { notes.append("\(quality.refusedRows) rows refused") }
    if quality.order != .oldestFirst { notes.append("sorted") }
    return "\(entry.name)  \(entry.count) bars  \(CalendarDay(entry.from)) to "
      + "\(CalendarDay(closing: entry.to))  " + notes.joined(separator: ", ")
  }

  private func printJSON(_ entries: [CatalogEntry], _ failures: [String]) {
    var out = CanonicalJSON()
    out.object { out in
      out.key("failures")
      out.array { out in for failure in failures { out.value(failure) } }
      out.key("series")
      out.array { out in for entry in entries { out.object { entry.write(to: &$0) } } }
    }
    print(out.text)
  }
}
