import ArgumentParser
import Bot
import Foundation
import Statistics

/// A file of cases, computed and shown.
enum CaseRun {
  /// Computes the cases of a file and prints them; misses go to standard error. Throws with exit code 1 for a miss, 65 for
  /// what cannot be computed, 66 for a missing file.
  static func run(_ input: String, operations: CaseOperations, json: Bool) throws {
    let bytes = try StatisticsText.bytes(of: input)
    let file: CaseFile
    do { file = try CaseFile(bytes) } catch { throw StartError("\(input): \(error)", exitCode: 65) }
    let isWatched = isatty(STDERR_FILENO) == 1
    let results = file.results(of: operations) { done in
      if isWatched { Output.write("\r\(done) of \(file.count) cases", to: STDERR_FILENO) }
    }
    if isWatched { Output.write("\r\u{1B}[K", to: STDERR_FILENO) }
    print(json ? CaseText.json(file, results) : CaseText.text(file, results))
    for result in results {
      for miss in result.comparison?.misses ?? [] { Console.error("\(input): \(result.name): \(miss)") }
    }
    let refusals = results.compactMap { result in
      result.refusal.map { "\(input): \(result.name): \($0)" }
    }
    // Cases that could be computed are shown whatever the others are like.
    if !refusals.isEmpty { throw StartError(refusals.joined(separator: "\n"), exitCode: 65) }
    if results.contains(where: { $0.missCount > 0 }) { throw ExitCode(1) }
  }
}

/// Results of cases as text.
private enum CaseText {
  static func text(_ file: CaseFile, _ results: [CaseResult]) -> String {
    var lines = file.about.map { [$0, ""] } ?? []
    for result in results {
      lines.append("\(result.name)  \(verdict(result))")
      lines.append(StatisticsText.table(result.fields, indentedBy: 2))
    }
    let compared = results.reduce(0) { $0 + $1.compared }
    let missed = results.reduce(0) { $0 + $1.missCount }
    let refused = results.count { $0.refusal != nil }
    var last = "\(results.count - refused) of \(results.count) cases computed"
    if compared > 0 {
      last = "\(missed + refused == 0 ? "passed" : "FAILED"): \(last), \(compared - missed) of \(compared) values agree"
    }
    return (lines + [last]).joined(separator: "\n")
  }

  private static func verdict(_ result: CaseResult) -> String {
    if let refusal = result.refusal { return "cannot be computed: \(refusal)" }
    guard result.comparison != nil else { return "computed" }
    return result.missCount == 0 ? "passed" : "FAILED: \(result.missCount) of \(result.compared) values"
  }

  static func json(_ file: CaseFile, _ results: [CaseResult]) -> String {
    let cases = results.map { result in
      var fields = [CaseField("id", .text(result.name))]
      if let refusal = result.refusal {
        fields.append(CaseField("refused", .text(refusal)))
      } else {
        fields.append(CaseField("result", .fields(result.fields)))
      }
      if let comparison = result.comparison {
        fields.append(CaseField("passed", .flag(comparison.missCount == 0)))
        fields.append(CaseField("compared", .count(comparison.compared)))
        fields.append(CaseField("missed", .count(comparison.missCount)))
        let misses = comparison.misses.map { miss in
          CaseValue.fields([
            CaseField("path", .text(miss.path)), CaseField("computed", miss.computed.map { .text($0) } ?? .undefined),
            CaseField("expected", .text(miss.expected)),
          ])
        }
        fields.append(CaseField("misses", .list(misses)))
      }
      return CaseValue.fields(fields)
    }
    let passed = results.allSatisfy { $0.refusal == nil && $0.missCount == 0 }
    return CaseValue.fields([CaseField("cases", .list(cases)), CaseField("passed", .flag(passed))]).json
  }
}
