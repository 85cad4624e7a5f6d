/// How one tensor compares with its expected values.
public struct GoldenCheck: Sendable, Equatable, Codable {
  /// The result.
  public enum Outcome: String, Sendable, Codable {
    case passed, missed
    /// It has a tolerance, but nothing was there to compare it with.
    case notChecked = "not checked"
  }
  /// Name of the tensor.
  public var name: String
  /// Largest absolute deviation; nil where nothing was compared.
  public var deviation: Double?
  /// Largest deviation allowed; 0 for integers.
  public var tolerance: Double
  /// Elements compared, and how many of them deviate by more than the tolerance.
  public var elements: Int, outside: Int
  /// The result.
  public var outcome: Outcome
  /// What is remarkable, for example which computation deviates most.
  public var note: String?
}

/// All comparisons of one case.
public struct GoldenReport: Sendable, Equatable, Codable {
  /// Name of the case and path of its tensors.
  public var name: String, path: String
  /// In the order of the computation; then what was not checked, by name.
  public var checks: [GoldenCheck] = []
  /// Groups that the case does not have.
  public var missingGroups: [String] = []
  /// Whether every tensor passed, and there was at least one.
  public var passed: Bool { !checks.isEmpty && checks.allSatisfy { $0.outcome == .passed } }

  /// Compares a result with the tensor of a name, if the case has one. Compared twice, the larger deviation counts.
  ///
  /// - Parameter stray: up to one in a thousand elements may deviate by this much; for weights whose gradient is
  ///   rounding noise, which Adam enlarges.
  mutating func compare(
    _ name: String, _ values: [Float], in golden: GoldenCase, isExact: Bool = false, stray: Double? = nil,
    by computation: String? = nil
  ) {
    guard let expected = golden.file[name] else { return }
    let tolerance = isExact ? 0 : golden.tolerances[name] ?? 0
    var check = GoldenCheck(
      name: name, deviation: 0, tolerance: tolerance, elements: expected.values.count, outside: 0, outcome: .passed)
    if !isExact && golden.tolerances[name] == nil { check.note = "no tolerance given: must be equal" }
    if values.count == expected.values.count {
      compare(values, expected.values, stray, &check)
    } else {
      check.deviation = nil
      check.outcome = .missed
      check.note = "has \(values.count) elements, expected \(expected.shape)"
    }
    if check.outcome == .missed, check.note == nil, let computation { check.note = computation }
    guard let index = checks.firstIndex(where: { $0.name == name }) else {
      checks.append(check)
      return
    }
    let isWorse = (check.deviation ?? .infinity) > (checks[index].deviation ?? .infinity)
    if checks[index].outcome == .passed && (isWorse || check.outcome != .passed) { checks[index] = check }
  }

  private func compare(_ values: [Float], _ expected: [Float], _ stray: Double?, _ check: inout GoldenCheck) {
    var largest = 0.0
    for (got, wanted) in zip(values, expected) {
      let deviation = got.isFinite ? abs(Double(got) - Double(wanted)) : .infinity
      largest = max(largest, deviation)
      if deviation > check.tolerance { check.outside += 1 }
    }
    check.deviation = largest
    if check.outside == 0 { return }
    if let stray, largest <= stray, check.outside * 1000 <= check.elements {
      check.note = "\(check.outside) of \(check.elements) elements outside, allowed one in a thousand up to \(stray)"
    } else {
      check.outcome = .missed
    }
  }

  /// Lists every tensor with a tolerance that was not compared as such.
  mutating func close(_ golden: GoldenCase) {
    let checked = Set(checks.map(\.name))
    for name in golden.tolerances.keys.sorted() where !checked.contains(name) {
      checks.append(
        GoldenCheck(
          name: name, deviation: nil, tolerance: golden.tolerances[name]!, elements: 0, outside: 0,
          outcome: .notChecked, note: golden.file[name] == nil ? "the file has no such tensor" : nil))
    }
  }
}
