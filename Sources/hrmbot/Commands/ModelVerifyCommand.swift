import ArgumentParser
import Bot
import Foundation
import HRM

extension ModelCommand {
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare forward, backward and optimiser with expected values of another implementation.",
      discussion: """
        A case is NAME.json (configuration), NAME.safetensors (weights, inputs, expected values) and
        NAME.tolerances.json (largest absolute deviation by tensor). For every tensor the largest deviation is shown
        beside what is allowed. Exit code 0: all within; 1: a miss, or a tensor with a tolerance that nothing was
        compared with; 65: a case that cannot be read; 66: no such directory, or no case in it.

        EXAMPLES
          hrmbot model verify Tests/HRMTests/Resources/hrm-tiny
          hrmbot model verify Tests/HRMTests/Resources/hrm-tiny/trade.json --threads 1
          hrmbot model verify cases --json | jq '.[] | select(.passed | not).name'
        """)
    @Argument(help: "Directories of cases, or single cases.") var paths: [String]
    @Option(help: "Threads, 1...16. The numbers do not depend on it.") var threads = 2
    @Flag(help: "One JSON array with a report per case.") var json = false
    @Flag(help: "Only cases and what did not pass.") var brief = false

    func validate() throws {
      guard (1...16).contains(threads) else { throw ValidationError("--threads \(threads): write 1...16") }
    }

    func run() throws {
      var reports: [GoldenReport] = []
      var refusals: [String] = []
      for path in try paths.flatMap(cases) {
        do {
          let report = try GoldenRun.report(try GoldenCase(path: path), threads: threads)
          reports.append(report)
          if !json { print(VerificationTable.text(report, isBrief: brief)) }
        } catch { refusals.append("\(error)") }
      }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(reports), as: UTF8.self))
      } else {
        print(VerificationTable.summary(reports, refused: refusals.count))
      }
      // Cases that could be read are shown whatever the others are like.
      if !refusals.isEmpty { throw StartError(refusals.joined(separator: "\n"), exitCode: 65) }
      if !reports.allSatisfy(\.passed) { throw ExitCode(1) }
    }

    private func cases(_ path: String) throws -> [String] {
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        guard FileManager.default.fileExists(atPath: path + ".safetensors") else {
          throw StartError("\(path): no such directory or case", exitCode: 66)
        }
        return [path]
      }
      guard isDirectory.boolValue else { return [path] }
      let found: [String]
      do { found = try GoldenCase.paths(in: path) } catch { throw StartError("\(error)", exitCode: 66) }
      guard !found.isEmpty else {
        throw StartError("\(path): holds no case (NAME.json, NAME.safetensors, NAME.tolerances.json)", exitCode: 66)
      }
      return found
    }
  }
}

/// Reports of golden cases as text.
enum VerificationTable {
  static func text(_ report: GoldenReport, isBrief: Bool) -> String {
    let shown = isBrief ? report.checks.filter { $0.outcome != .passed } : report.checks
    var lines = ["\(report.name)  \(report.path)"]
    if !shown.isEmpty {
      let width = max(6, shown.map(\.name.count).max() ?? 0)
      lines.append("  \(left("tensor", width))    deviation    tolerance   elements")
      for check in shown {
        var line = "  \(left(check.name, width))  \(number(check.deviation))  \(number(check.tolerance))"
        line += "  " + right("\(check.elements)", 9) + "  " + check.outcome.rawValue
        if check.outside > 0 { line += ", \(check.outside) outside" }
        if let note = check.note { line += " (\(note))" }
        lines.append(line)
      }
    }
    if !report.missingGroups.isEmpty {
      lines.append("  groups this case does not have: " + report.missingGroups.joined(separator: ", "))
    }
    let passed = report.checks.count { $0.outcome == .passed }
    lines.append("  \(report.passed ? "passed" : "FAILED"): \(passed) of \(report.checks.count) tensors")
    return lines.joined(separator: "\n") + "\n"
  }

  static func summary(_ reports: [GoldenReport], refused: Int) -> String {
    let passed = reports.count(where: \.passed)
    let total = reports.count + refused
    let tensors = reports.reduce(0) { $0 + $1.checks.count }
    return "\(passed == total ? "passed" : "FAILED"): \(passed) of \(total) cases, \(tensors) tensors"
  }

  private static func number(_ value: Double?) -> String {
    guard let value else { return right("-", 11) }
    return right(value == 0 ? "0" : String(format: "%.2e", value), 11)
  }

  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
