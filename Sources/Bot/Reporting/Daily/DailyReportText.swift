import Control
import Core
import Journal

extension DailyReport {
  /// Most lines of a kind that are listed.
  private static let listed = 10

  /// The report for a person.
  package var text: String {
    var lines = ["Report of \(day) (UTC)"]
    lines.append(
      "result after fees    \(Self.rounded(netQuote)), since the journal began \(Self.rounded(totalNetQuote))")
    lines.append("fees                 \(Self.rounded(sums.feesQuote))")
    lines.append("traded               \(Self.rounded(sums.turnoverQuote)) in \(sums.fills) fills")
    lines.append("trades that ended    \(sums.trades): \(sums.wins) won, \(sums.losses) lost")
    lines.append("open now             \(Self.list(openPositions))")
    lines.append("decisions            \(decisions)\(actions.isEmpty ? "" : ": " + Self.list(actions))")
    lines.append("refused wishes       \(vetoes.isEmpty ? "none" : Self.list(vetoes))")
    lines.append("of a fallback        \(fallbackDecisions)")
    lines += latches.prefix(Self.listed).map { latch in
      latch.isSet
        ? "stop                 \(latch.at) \(latch.level.rawValue) from \(latch.source.rawValue): "
          + ControlDirectory.printable(latch.reason)
        : "resume               \(latch.at) latch \(latch.id)"
    }
    if latches.isEmpty { lines.append("stops                none") }
    lines += policyChanges.prefix(Self.listed).map {
      "policy               \($0.at) \($0.from) → \($0.to) (\($0.trigger)): \(ControlDirectory.printable($0.evidence))"
    }
    if policyChanges.isEmpty { lines.append("changes of policy    none, so no drift that replaced one") }
    lines.append("ready to trade       \(AvailabilityText.share(availability?.clock))")
    lines += (availability?.longest(3) ?? []).map { "not ready            \(AvailabilityText.line($0))" }
    return lines.joined(separator: "\n")
  }

  private static func list(_ counts: [Count]) -> String {
    counts.prefix(listed).map { "\($0.name) \($0.count)" }.joined(separator: ", ")
  }

  private static func list(_ texts: [String]) -> String {
    texts.isEmpty ? "nothing" : texts.prefix(listed).joined(separator: ", ")
  }

  /// Two digits after the point are enough for a reader; the JSON form has all of them.
  private static func rounded(_ money: Money) -> String {
    let cents = Money.unit / 100
    let half = money.raw < 0 ? -cents / 2 : cents / 2
    return Money(raw: (money.raw + half) / cents * cents).description
  }

  /// The report as one JSON object: amounts as exact decimals.
  package func json() -> CanonicalJSON {
    var out = CanonicalJSON(capacity: 2048)
    out.object { out in
      out.key("availability")
      AvailabilityText.write(availability, into: &out)
      out.key("day")
      out.value(day.description)
      out.key("decisions")
      decisions(into: &out)
      out.key("fees_quote")
      out.value(sums.feesQuote)
      out.key("fills")
      out.value(sums.fills)
      out.key("has_records")
      out.value(hasRecords)
      out.key("latches")
      out.array { out in for latch in latches { Self.write(latch, into: &out) } }
      out.key("losses")
      out.value(sums.losses)
      out.key("net_quote")
      out.value(netQuote)
      out.key("open_positions")
      out.strings(openPositions)
      out.key("policy_changes")
      out.array { out in for change in policyChanges { Self.write(change, into: &out) } }
      out.key("realised_quote")
      out.value(sums.realisedQuote)
      out.key("total_net_quote")
      out.value(totalNetQuote)
      out.key("trades")
      out.value(sums.trades)
      out.key("turnover_quote")
      out.value(sums.turnoverQuote)
      out.key("wins")
      out.value(sums.wins)
    }
    return out
  }

  private func decisions(into out: inout CanonicalJSON) {
    out.object { out in
      out.key("actions")
      Self.write(actions, into: &out)
      out.key("fallback")
      out.value(fallbackDecisions)
      out.key("total")
      out.value(decisions)
      out.key("vetoes")
      Self.write(vetoes, into: &out)
    }
  }

  private static func write(_ counts: [Count], into out: inout CanonicalJSON) {
    out.object { out in
      for count in counts.sorted(by: { $0.name < $1.name }) {
        out.key(escaping: count.name)
        out.value(count.count)
      }
    }
  }

  private static func write(_ latch: LatchChange, into out: inout CanonicalJSON) {
    out.object { out in
      out.key("at")
      out.value(latch.at.description)
      out.key("id")
      out.value(latch.id)
      out.key("level")
      out.value(latch.level.rawValue)
      out.key("reason")
      out.value(latch.reason)
      out.key("set")
      out.value(latch.isSet)
      out.key("source")
      out.value(latch.source.rawValue)
    }
  }

  private static func write(_ change: PolicyChange, into out: inout CanonicalJSON) {
    out.object { out in
      out.key("at")
      out.value(change.at.description)
      out.key("evidence")
      out.value(change.evidence)
      out.key("from")
      out.value(change.from)
      out.key("to")
      out.value(change.to)
      out.key("trigger")
      out.value(change.trigger)
    }
  }
}
