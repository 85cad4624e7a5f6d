import Core

/// Groups of lines that pages are made of.
enum StatusParts {
  static func signed(_ money: Money) -> (String, Style) {
    money.isNegative ? (AmountText.cents(money), .bad) : ("+" + AmountText.cents(money), .good)
  }

  static func account(_ status: StatusSnapshot) -> [StyledLine] {
    let result = signed(Money(raw: status.equityQuote.raw - status.startEquityQuote.raw))
    var line = StyledLine("equity ")
    line.add(AmountText.cents(status.equityQuote), .bold)
    line.add("  ")
    line.add(result.0, result.1)
    line.add("  cash \(AmountText.cents(status.cashQuote))  fees \(AmountText.cents(status.feesQuote))")
    return [line]
  }

  /// The limits, in their own order; the fullest ones when there is no room for all.
  static func limits(_ status: StatusSnapshot, columns: Int, rows: Int) -> [StyledLine] {
    let chosen = Set(
      status.limits.indices.sorted { (status.limits[$0].share, $1) > (status.limits[$1].share, $0) }.prefix(
        max(0, rows)))
    let width = status.limits.map { $0.name.count }.max() ?? 0
    return status.limits.indices.filter { chosen.contains($0) }.map { index in
      let limit = status.limits[index]
      var line = StyledLine(limit.name)
      line.pad(to: width + 2)
      bar(limit.share, columns < 70 ? 10 : 20, to: &line)
      line.add("  \(AmountText.short(limit.used)) of \(AmountText.short(limit.limit))")
      return line
    }
  }

  private static func bar(_ share: Double, _ width: Int, to line: inout StyledLine) {
    let filled = Int((min(1, max(0, share.isFinite ? share : 1)) * Double(width)).rounded())
    let style: Style = share >= 0.9 || !share.isFinite ? .bad : share >= 0.6 ? .warn : .plain
    line.add(String(repeating: "█", count: filled), style)
    line.add(String(repeating: "░", count: width - filled), .dim)
  }

  /// What the bot has done and how fast.
  static func work(_ status: StatusSnapshot, columns: Int) -> [StyledLine] {
    let isNarrow = columns < 70
    var feed = StyledLine("feed age ")
    let age = status.feedAgeMillis.map { "\(($0 + 50) / 100 * 100) ms" } ?? "-"
    feed.add(age)
    if !status.staleInstruments.isEmpty { feed.add(" STALE", .bad) }
    if let tail = status.decisionMicrosP99 {
      feed.add(" · decision p99 \(AmountText.micros(tail))")
      if !isNarrow { feed.add(" p50 \(AmountText.micros(status.decisionMicrosP50))") }
    }
    feed.add(" · bar to order p99 \(AmountText.micros(status.pathMicrosP99))")
    var counts = StyledLine("decisions \(status.decisions) · orders \(status.orders) · fills \(status.fills)")
    add("rejected", status.rejected, to: &counts)
    add("late", status.lateDecisions, to: &counts)
    add("fallback", status.fallbackDecisions, to: &counts)
    if status.isJournalHealthy {
      counts.add(" · journal \(status.journalRecords)")
    } else {
      counts.add(" · journal UNHEALTHY", .bad)
    }
    let vetoes = status.vetoes.prefix(5).map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    return [feed, counts, StyledLine("vetoes \(vetoes.isEmpty ? "none" : vetoes)")] + last(status)
  }

  // What is nought on a good day gets no room then, and the eye on a bad one.
  private static func add(_ name: String, _ count: Int, to line: inout StyledLine) {
    guard count > 0 else { return }
    line.add(" · ")
    line.add("\(name) \(count)", .warn)
  }

  private static func last(_ status: StatusSnapshot) -> [StyledLine] {
    status.lastDecision.map { [StyledLine("last " + DecisionSentence.text($0))] } ?? []
  }
}

/// A decision in one line.
package enum DecisionSentence {
  /// What was wished for, how surely, and what came of it.
  package static func text(_ decision: StatusSnapshot.LastDecision) -> String {
    let share = decision.probability.flatMap { $0.isFinite ? " (\(Int(($0 * 100).rounded())) %)" : nil } ?? ""
    let depth = decision.segments.map { " · depth \($0) \(decision.haltReason ?? "")" } ?? ""
    let outcome =
      decision.skipReason.map { $0 == "policy_hold" ? "" : " → " + $0 }
      ?? " → \(decision.finalAction) \(decision.quantity)"
    let fallback = decision.fallbackReason.map { " · fallback: \($0)" } ?? ""
    return "\(decision.id) \(decision.symbol): \(decision.action)\(share)\(depth)\(outcome)\(fallback)"
  }
}
