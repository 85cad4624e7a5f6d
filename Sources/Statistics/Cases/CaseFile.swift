import Core

/// A file of cases: `cases[] = {id, input, expected?}` with a `tolerance {abs, rel}`.
package struct CaseFile: Sendable {
  /// Largest file that is read, in bytes.
  package static let maximumBytes = JSONTree.maximumBytes
  /// What the file says of itself.
  package let about: String?
  /// How far a value may lie from what is expected; 1e-9 where the file does not say.
  package let tolerance: CaseTolerance
  private let cases: [JSONTree]
  /// Number of cases.
  package var count: Int { cases.count }

  /// Reads a file's content. Throws `StatisticsError`.
  package init(_ bytes: [UInt8]) throws {
    let tree = try CaseInput.document(bytes)
    guard let cases = tree["cases"]?.array, !cases.isEmpty else { throw StatisticsError("has no cases") }
    about = tree["about"]?.string
    self.cases = cases
    let tolerance = tree["tolerance"]
    func bound(_ name: String) throws -> Double {
      guard let bound = tolerance?[name], !bound.isNull else { return tolerance == nil ? 1e-9 : 0 }
      guard let value = bound.double, value >= 0, value.isFinite else {
        throw StatisticsError("tolerance.\(name): \(bound.summary) is not a finite number of at least 0")
      }
      return value
    }
    self.tolerance = CaseTolerance(absolute: try bound("abs"), relative: try bound("rel"))
  }

  /// Computes and compares every case, in the order of the file. `progress` gets the number of cases done.
  package func results(
    of operations: CaseOperations = .statistics, progress: (Int) -> Void = { _ in }
  ) -> [CaseResult] {
    cases.enumerated().map { index, tree in
      defer { progress(index + 1) }
      return CaseResult(tree, name: tree["id"]?.string ?? "case \(index + 1)", tolerance: tolerance, operations)
    }
  }
}

/// What came of one case.
package struct CaseResult: Sendable {
  /// The case's id, or its place in the file.
  package let name: String
  /// What was computed, under the names of files.
  package let fields: [CaseField]
  /// Why nothing was.
  package let refusal: String?
  /// The comparison; nil where nothing is expected.
  package let comparison: CaseComparison?
  /// Values compared.
  package var compared: Int { comparison?.compared ?? 0 }
  /// Values that are not what was expected.
  package var missCount: Int { comparison?.missCount ?? 0 }

  init(_ tree: JSONTree, name: String, tolerance: CaseTolerance, _ operations: CaseOperations) {
    self.name = name
    let expected = tree["expected"].flatMap { $0.isNull ? nil : $0 }
    do {
      let (fields, comparison) = try Self.run(tree, expected: expected, tolerance: tolerance, operations)
      (self.fields, self.comparison, refusal) = (fields, comparison, nil)
    } catch {
      (fields, comparison, refusal) = ([], nil, "\(error)")
    }
  }

  private static func run(
    _ tree: JSONTree, expected: JSONTree?, tolerance: CaseTolerance, _ operations: CaseOperations
  ) throws -> ([CaseField], CaseComparison?) {
    guard let input = tree["input"] else { throw StatisticsError("input: is missing") }
    let fields = try operations.compute(try CaseInput(input), expected: expected)
    guard let expected else { return (fields, nil) }
    guard let members = expected.members else { throw StatisticsError("expected: is not an object") }
    var comparison = CaseComparison(tolerance: tolerance)
    comparison.compare(fields, with: members)
    return (fields, comparison)
  }
}

/// A file of returns: `returns`, `periods_per_year` and, where there are expected figures, `ours`.
package struct ReturnsFile: Sendable {
  /// The figures.
  package let figures: PerformanceFigures
  /// The comparison with the file's own; nil where it has none.
  package let comparison: CaseComparison?

  /// Reads a file's content and computes. Throws `StatisticsError`.
  package init(_ bytes: [UInt8]) throws {
    let tree = try CaseInput.document(bytes)
    let input = try CaseInput(tree)
    figures = try PerformanceFigures(
      returns: try input.numbers("returns"), periodsPerYear: try input.number("periods_per_year"))
    guard let ours = tree["ours"], !ours.isNull else {
      comparison = nil
      return
    }
    guard let members = ours.members else { throw StatisticsError("ours: is not an object") }
    var comparison = CaseComparison(tolerance: .figures)
    comparison.compare(figures.fields, with: members)
    self.comparison = comparison
  }
}
