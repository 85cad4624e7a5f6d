import ArgumentParser
import Bot
import Catalog
import Core
import Foundation

struct DataCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say what is odd about files of bars or series of the catalog.",
    discussion: """
      Files are read as import reads them, and nothing is kept. Series are compared with their SHA-256 and looked at anew.
      The exit code is 1 when something is above its limit.

      EXAMPLES
        hrmbot data check BTCUSDT.csv.gz
        hrmbot data check '*:1h' --json
        hrmbot data check EURUSD.csv --hours fx-week --max-missing 0.05
      """)

  @Argument(help: "Files, directories, or queries of the catalog.", completion: Completions.bars) var subjects: [String]
  @OptionGroup var options: SourceOptions
  @OptionGroup var limits: LimitOptions
  @OptionGroup var place: CatalogOptions
  @Flag(help: "One JSON object instead of text.") var json = false

  private struct Result {
    var name: String
    var report: QualityReport
    var findings: [String]
  }

  func run() throws {
    var results: [Result] = []
    for subject in subjects {
      let isFile = FileManager.default.fileExists(atPath: subject)
      results += try DataCommand.run { isFile ? try files(subject) : try series(subject) }
    }
    if json { printJSON(results) } else { for result in results { printText(result) } }
    if results.contains(where: { !$0.findings.isEmpty }) { throw ExitCode(1) }
  }

  private func files(_ path: String) throws -> [Result] {
    try Importer.groups(try options.sources([path])).map { group in
      let report = try Importer.read(group).report
      let more = group.files.count > 1 ? " and \(group.files.count - 1) more" : ""
      return Result(
        name: "\(group.files[0].path)\(more): bars of \(group.timeframe)", report: report,
        findings: limits.limits.violations(report, hours: group.files[0].hours))
    }
  }

  private func series(_ query: String) throws -> [Result] {
    let catalog = place.place
    return try catalog.resolve(query).map { selection in
      let entry = selection.entry
      do {
        let findings = try SeriesCheck.findings(entry, in: catalog, limits: limits.limits)
        return Result(name: entry.name, report: entry.quality, findings: findings)
      } catch let error as CatalogError {
        return Result(name: entry.name, report: entry.quality, findings: [error.description])
      }
    }
  }

  private func printText(_ result: Result) {
    print(result.name)
    for line in result.report.lines { print("  \(line)") }
    for finding in result.findings { print("  FINDING   \(finding)") }
    if result.findings.isEmpty { print("  ok") }
  }

  private func printJSON(_ results: [Result]) {
    var out = CanonicalJSON()
    out.object { out in
      out.key("ok")
      out.value(results.allSatisfy(\.findings.isEmpty))
      out.key("results")
      out.array { out in
        for result in results {
          out.object { out in
            out.key("findings")
            out.array { out in for finding in result.findings { out.value(finding) } }
            out.key("name")
            out.value(result.name)
            out.key("quality")
            result.report.write(to: &out)
          }
        }
      }
    }
    print(out.text)
  }
}
