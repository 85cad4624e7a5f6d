import Backtest
import Core
import Foundation

extension CorpusSummary {
  /// The summary as lines.
  package var text: String {
    var lines = [
      "bars        \(bars) in \(series.count) series of \(instruments) instruments, "
        + timeframes.map { "\($0)" }.joined(separator: ", "),
      "decisions   \(train) train, \(validation) validate",
      "labels      \(horizonBars) bars ahead, kept \(lookbackBars) bars clear of the validation", "",
    ]
    lines += Self.table(
      ["class", "validation from", "series", "bars", "train", "validate"],
      classes.map {
        [
          $0.name.rawValue, "\(CalendarDay($0.validationFrom))", "\($0.series)", "\($0.bars)", "\($0.train)",
          "\($0.validation)",
        ]
      })
    lines +=
      [""]
      + Self.table(
        ["series", "class", "bars", "first", "last", "gaps", "refused", "train", "validate"],
        series.map { one in
          let day = { (time: Timestamp?) in time.map { "\(CalendarDay(closing: $0))" } ?? "-" }
          return [
            "\(one.source) \(one.timeframe)", one.marketClass.rawValue, "\(one.bars)", day(one.from), day(one.to),
            "\(one.gaps)", "\(one.refusedRows)", "\(one.train)", "\(one.validation)",
          ]
        })
    lines += ["", "no decisions, by cause"]
    lines += Self.table([], Exclusion.allCases.map { ["  " + $0.rawValue, "\(excluded[$0])"] })
    lines += ["", "scale of the features (\(fit.rawValue), training decisions)"]
    lines += Self.table(
      [],
      normaliser.map {
        ["  " + $0.name, String(format: "%.4f", $0.mean), String(format: "%.4f", $0.deviation)]
      })
    lines += ["", "digest      \(digest)"] + remarks.map { "remark      \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> [String] {
    TextTable.lines(head.isEmpty ? rows : [head] + rows, indent: 0)
  }
}
