import Core

/// What the checks found in a source of bars. Nothing is repaired; this says what there is.
package struct QualityReport: Equatable, Sendable {
  /// Rows of the source, and bars that are left of them.
  package var rows = 0
  package var bars = 0
  /// Rows that are no bar: number of columns, numbers, times.
  package var badRows = 0
  /// Rows whose high and low do not hold open and close, or with a negative volume.
  package var impossible = 0
  /// Rows that repeat another, that contradict another of the same time, and that begin inside another.
  package var duplicates = 0
  package var conflicts = 0
  package var overlaps = 0
  /// How the rows came, and how many came after a later one where neither direction held.
  package var order = BarTable.RowOrder.oldestFirst
  package var disorder = 0

  /// Stretches in which the market was open and bars are missing, bars missing in them, and in the longest of them.
  package var gaps = 0
  package var missingBars = 0
  package var longestGap = 0
  /// Bars without volume.
  package var zeroVolume = 0
  /// Bars whose |ln(close / close before)| is above `QualityScan.moveLimit` of their length.
  package var outliers = 0
  /// Bars whose |ln(close / close before)| is above 20 times the root mean square of the 168 before it.
  package var spikes = 0
  /// Runs of at least 12 bars that stand at one price, and the bars of the longest.
  package var staleRuns = 0
  package var longestStaleRun = 0

  /// First findings in words, oldest first; at most `findingLimit`.
  package var findings: [String] = []
  /// Findings that are kept in words; all are counted.
  package static let findingLimit = 20

  /// A report of nothing.
  package init() {}

  /// Missing bars as a share of those that a full record has.
  package var missingRatio: Double { missingBars == 0 ? 0 : Double(missingBars) / Double(bars + missingBars) }
  /// Rows that were not taken.
  package var refusedRows: Int { badRows + impossible + duplicates + conflicts + overlaps }

  package mutating func note(_ finding: @autoclosure () -> String) {
    if findings.count < Self.findingLimit { findings.append(finding()) }
  }
}

/// What a check lets pass.
package struct QualityLimits: Equatable, Sendable {
  /// Refused rows.
  package var refusedRows = 0
  /// Missing bars as a share of all; nil: 1 % where the market is always open, 5 % elsewhere, for holidays of years that
  /// the calendars do not know count as missing.
  package var missingRatio: Double?
  /// Outliers as a share of all bars.
  package var outlierRatio = 0.001
  /// Bars of the longest run at one price.
  package var staleRun = 100

  /// The limits that hold if nothing is said.
  package init() {}

  /// Limits as given.
  package init(refusedRows: Int = 0, missingRatio: Double?, outlierRatio: Double, staleRun: Int) {
    self.refusedRows = refusedRows
    self.missingRatio = missingRatio
    self.outlierRatio = outlierRatio
    self.staleRun = staleRun
  }

  /// What is above its limit, a sentence each; `hours` are those that gaps were judged by.
  package func violations(_ report: QualityReport, hours: String) -> [String] {
    let missingRatio = missingRatio ?? (hours == TradingCalendar.alwaysOpen.name ? 0.01 : 0.05)
    var found: [String] = []
    if report.refusedRows > refusedRows {
      found.append("\(report.refusedRows) of \(report.rows) rows were not taken; the limit is \(refusedRows)")
    }
    if report.disorder > 0 { found.append("\(report.disorder) rows are out of order") }
    if report.missingRatio > missingRatio {
      found.append("\(percent(report.missingRatio)) of the bars are missing; the limit is \(percent(missingRatio))")
    }
    if report.bars > 0, Double(report.outliers) / Double(report.bars) > outlierRatio {
      found.append("\(report.outliers) outliers in \(report.bars) bars; the limit is \(percent(outlierRatio))")
    }
    if report.longestStaleRun > staleRun {
      found.append("the price stands still for \(report.longestStaleRun) bars; the limit is \(staleRun)")
    }
    return found
  }

  private func percent(_ ratio: Double) -> String {
    let hundredths = Int((ratio * 1_000_000).rounded())
    let (whole, rest) = (hundredths / 10_000, hundredths % 10_000)
    var text = "\(whole)." + String("000\(rest)".suffix(4))
    while text.hasSuffix("0") { text.removeLast() }
    return (text.hasSuffix(".") ? String(text.dropLast()) : text) + "%"
  }
}
