import Bot
import Core
import Terminal

/// A run's summary in words.
enum SummaryText {
  static func text(_ summary: RunSummary) -> String {
    var lines: [String] = []
    var labels = [summary.mode.uppercased()]
    if summary.isSynthetic { labels.append("SYNTHETIC") }
    if summary.isUntrained { labels.append("UNTRAINED model") }
    lines.append("\(labels.joined(separator: " · ")) · policy \(summary.policy) · \(summary.timeframe) bars")
    let span = [summary.firstBar, summary.lastBar].compactMap { $0?.description }.joined(separator: " to ")
    lines.append("  bars       \(summary.bars)  \(span)")
    let wished = Action.allCases.map { "\($0.name) \(summary.statistics.wished[Int($0.rawValue)])" }
    lines.append("  decisions  \(summary.statistics.total)  (\(wished.joined(separator: ", ")))")
    let vetoes = summary.statistics.vetoCounts.map { "\($0.name) \($0.count)" }
    lines.append("  vetoes     \(vetoes.isEmpty ? "none" : vetoes.joined(separator: ", "))")
    lines.append(
      "  orders     \(summary.orders.orders), fills \(summary.orders.fills), rejected \(summary.orders.rejected), "
        + "fees \(AmountText.cents(summary.orders.feesQuote))")
    let net = Money(raw: summary.equityQuote.raw - summary.startCashQuote.raw)
    lines.append(
      "  equity     \(AmountText.cents(summary.equityQuote))  (\(net.isNegative ? "" : "+")\(AmountText.cents(net)) net of fees), "
        + "cash \(AmountText.cents(summary.cashQuote))")
    let fallbacks = summary.fallbacks.map { "fallback: \($0.name) \($0.count)" }
    let discarded = [("late", summary.discarded.late), ("superseded", summary.discarded.superseded)]
      .filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }
    let overruns = summary.timing.deadline.map { $0.overruns } ?? 0
    let late = overruns > 0 ? ["after the deadline, by less than a segment \(overruns)"] : []
    if !(fallbacks + discarded + late).isEmpty {
      lines.append("  network    \((fallbacks + discarded + late).joined(separator: ", "))")
    }
    let problems = summary.feed.problems.map { "\($0.name) \($0.count)" }
    if !problems.isEmpty { lines.append("  feed       \(problems.joined(separator: ", "))") }
    if let journal = summary.journal {
      lines.append("  journal    \(journal.path)  \(journal.records) records, hash \(journal.hash.prefix(16))…")
    }
    lines.append(
      "  speed      \(Int(summary.timing.decisionsPerSecond)) decisions/s, \(Int(summary.timing.peakMemoryMiB)) MiB, "
        + "ended: \(summary.endReason)")
    return lines.joined(separator: "\n")
  }
}
