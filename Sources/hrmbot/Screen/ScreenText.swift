import Bot
import Core

/// The live screen as lines of text: the same for the running bot and for `hrmbot status --watch`.
enum ScreenText {
  static func lines(
    _ status: StatusSnapshot, recent: [String], columns: Int, rows: Int, _ paint: Painter
  ) -> [String] {
    var lines = head(status, paint)
    lines.append("")
    lines += instruments(status, columns, paint)
    lines.append("")
    lines += account(status, columns, paint)
    lines.append("")
    lines += decisions(status, columns, paint)
    let footer = paint.dim(
      fit("Ctrl-C ends the bot · `hrmbot stop` stops trading · `hrmbot explain last` says why", columns))
    let room = rows - lines.count - 2
    if !recent.isEmpty && room > 1 {
      lines.append("")
      lines += recent.prefix(room - 1).map { fit($0, columns) }
    }
    lines.append(footer)
    return lines
  }

  private static func head(_ status: StatusSnapshot, _ paint: Painter) -> [String] {
    var badges = [paint.badge(status.mode.uppercased(), "36")]
    if status.isSynthetic { badges.append(paint.badge("SYNTHETIC", "35")) }
    if status.isUntrained { badges.append(paint.badge("UNTRAINED", "33")) }
    switch status.tradingState {
    case .active: badges.append(paint.badge("ACTIVE", "32"))
    case .reducing: badges.append(paint.badge("REDUCING", "33"))
    case .halted: badges.append(paint.badge("HALTED", "31"))
    }
    var lines = [
      "\(paint.bold("hrmbot")) \(badges.joined(separator: " "))",
      "\(status.timeframe) bars from \(status.venueText) · policy \(paint.bold(status.policy)) · pid \(status.processIdentifier)",
    ]
    if let latch = status.latch {
      lines.append(
        paint.bad("STOPPED (\(latch.level.rawValue)) by \(latch.source.rawValue): \(latch.reason.prefix(60))"))
      lines.append("resume with: hrmbot resume \(latch.id)")
    }
    if !status.degradations.isEmpty {
      lines.append(paint.warn("only reducing: \(status.degradations.joined(separator: ", "))"))
    }
    return lines
  }

  private static func instruments(_ status: StatusSnapshot, _ columns: Int, _ paint: Painter) -> [String] {
    let header = paint.dim(
      "\(pad("instrument", 12))\(pad("last", 14))\(pad("bar closed", 12))\(pad("position", 18))open result")
    return [header]
      + status.instruments.prefix(8).map { item in
        let side =
          item.position.side == .flat
          ? "flat" : "\(item.position.side == .long ? "long" : "short") \(item.position.quantity)"
        let result = item.position.side == .flat ? "" : signed(item.unrealisedQuote, paint)
        let closed = item.lastBarClose.map { String($0.description.dropFirst(11).prefix(8)) } ?? "-"
        return pad(item.symbol, 12) + pad(item.lastClose?.description ?? "-", 14) + pad(closed, 12) + pad(side, 18)
          + result
      }
  }

  private static func account(_ status: StatusSnapshot, _ columns: Int, _ paint: Painter) -> [String] {
    let result = Money(raw: status.equityQuote.raw - status.startEquityQuote.raw)
    var lines = [
      "equity \(paint.bold(SummaryText.amount(status.equityQuote)))  \(signed(result, paint))  cash "
        + "\(SummaryText.amount(status.cashQuote))  fees \(SummaryText.amount(status.feesQuote))"
    ]
    for limit in status.limits.prefix(6) {
      lines.append(
        "\(pad(limit.name, 20))\(bar(limit.share, 20, paint))  \(short(limit.used)) of \(short(limit.limit))")
    }
    return lines
  }

  private static func decisions(_ status: StatusSnapshot, _ columns: Int, _ paint: Painter) -> [String] {
    let age = status.feedAgeMillis.map { "\(($0 + 50) / 100 * 100) ms" } ?? "-"
    let feed = status.staleInstruments.isEmpty ? age : paint.bad("\(age) STALE")
    var lines = [
      "feed age \(feed) · decision p50 \(micros(status.decisionMicrosP50)) p99 \(micros(status.decisionMicrosP99)) · "
        + "bar to order p99 \(micros(status.pathMicrosP99))",
      "decisions \(status.decisions) · orders \(status.orders) · fills \(status.fills) · late \(status.lateDecisions) · "
        + "fallback \(status.fallbackDecisions) · journal \(status.journalRecords)"
        + (status.isJournalHealthy ? "" : paint.bad(" UNHEALTHY")),
    ]
    let vetoes = status.vetoes.prefix(5).map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    lines.append(fit("vetoes: \(vetoes.isEmpty ? "none" : vetoes)", columns))
    if let last = status.lastDecision {
      let sure = last.probability.map { " (\(Int(($0 * 100).rounded())) %)" } ?? ""
      let depth = last.segments.map { " · depth \($0) \(last.haltReason ?? "")" } ?? ""
      let outcome =
        last.skipReason.map { $0 == "policy_hold" ? "" : " → " + $0 } ?? " → \(last.finalAction) \(last.quantity)"
      let fallback = last.fallbackReason.map { " · fallback: \($0)" } ?? ""
      lines.append(fit("last \(last.id) \(last.symbol): \(last.action)\(sure)\(depth)\(outcome)\(fallback)", columns))
    }
    return lines
  }

  /// A decimal cut to two places: the exact one is in `status --json`.
  private static func short(_ decimal: String) -> String {
    guard let point = decimal.firstIndex(of: ".") else { return decimal }
    return String(decimal[..<(decimal.index(point, offsetBy: 3, limitedBy: decimal.endIndex) ?? decimal.endIndex)])
  }

  private static func micros(_ value: Double?) -> String {
    guard let value else { return "-" }
    return value >= 10_000 ? "\(Int(value / 1000)) ms" : "\(Int(value)) µs"
  }

  private static func signed(_ money: Money, _ paint: Painter) -> String {
    let text = (money.isNegative ? "" : "+") + SummaryText.amount(money)
    return money.isNegative ? paint.paint(text, "31") : paint.good(text)
  }

  private static func bar(_ share: Double, _ width: Int, _ paint: Painter) -> String {
    let filled = Int((min(1, max(0, share.isFinite ? share : 1)) * Double(width)).rounded())
    let text = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    return share >= 0.9 ? paint.bad(text) : share >= 0.6 ? paint.warn(text) : text
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text.count >= width
      ? String(text.prefix(width - 1)) + " " : text + String(repeating: " ", count: width - text.count)
  }

  private static func fit(_ text: String, _ columns: Int) -> String {
    text.count <= columns ? text : String(text.prefix(max(0, columns - 1))) + "…"
  }
}

/// A decision as one line.
enum DecisionText {
  static func line(_ event: DecisionEvent) -> String {
    let (decision, verdict) = (event.decision, event.verdict)
    let time = event.at.description.dropFirst(11).prefix(8)
    let depth = decision.reading.map { " depth \($0.segments)" } ?? ""
    let note = decision.note.map { " (\($0))" } ?? ""
    let outcome: String
    switch verdict.skipReason {
    case .policyHold: outcome = ""
    case let reason?: outcome = " → \(reason.name)"
    case nil: outcome = " → \(verdict.finalAction.name) \(verdict.finalQuantity)"
    }
    return
      "\(time) D-\(decision.sequence) \(event.symbol) \(event.bar.close) \(decision.action.name)\(depth)\(note)\(outcome)"
  }
}

extension StatusSnapshot {
  /// The venue, and whether a served one can be reached.
  var venueText: String {
    guard let venueAddress else { return venue }
    return isVenueConnected == true ? "\(venue) at \(venueAddress)" : "\(venue) at \(venueAddress), NOT CONNECTED"
  }
}
