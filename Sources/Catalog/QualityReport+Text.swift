extension QualityReport {
  /// The report in lines: counts that are not zero, then the first findings.
  package var lines: [String] {
    func plural(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
    var lines = ["rows      \(rows), of them \(bars) bars"]
    let refused: [(Int, String)] = [
      (badRows, "no bars"), (impossible, "impossible"), (duplicates, "repeated"), (conflicts, "contradictory"),
      (overlaps, "overlapping"),
    ]
    let shown = refused.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    if !shown.isEmpty { lines.append("refused   " + shown.joined(separator: ", ")) }
    switch order {
    case .oldestFirst: break
    case .newestFirst: lines.append("order     newest first")
    case .mixed: lines.append("order     mixed: \(plural(disorder, "row", "rows")) after a later one")
    }
    let hundredths = Int((missingRatio * 10_000).rounded())
    lines.append(
      "missing   \(plural(missingBars, "bar", "bars")) in \(plural(gaps, "gap", "gaps")) "
        + "(\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)%), longest \(longestGap)")
    lines.append("moves     \(plural(outliers, "outlier", "outliers")), \(plural(spikes, "spike", "spikes"))")
    if staleRuns > 0 {
      lines.append("stale     \(plural(staleRuns, "run", "runs")), longest \(plural(longestStaleRun, "bar", "bars"))")
    }
    if zeroVolume > 0 { lines.append("volume    \(plural(zeroVolume, "bar", "bars")) without") }
    return lines + findings.map { "          \($0)" }
  }
}
