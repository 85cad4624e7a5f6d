import Core

/// A decision in plain words, from its record and those that followed: what `hrmbot explain` prints.
public enum Explanation {
  /// The text, several lines. Throws `RecordError` when the record is not a readable decision.
  public static func text(_ decision: JournalRecord, following: [JournalRecord]) throws -> String {
    let fields = try RecordFields(decision, expecting: .decision)
    var lines = ExplanationLines()
    heading(fields, into: &lines)
    sight(fields, into: &lines)
    wish(fields, into: &lines)
    checks(fields, into: &lines)
    conclusion(fields, into: &lines)
    lines.section("What followed")
    if following.isEmpty { lines.add("Nothing.") }
    for record in following { lines.add(FollowUp.sentence(record)) }
    return lines.text
  }

  /// The same material as one JSON object: `decision` and `following`, each with sequence, kind and payload.
  public static func json(_ decision: JournalRecord, following: [JournalRecord]) throws -> [UInt8] {
    for record in [decision] + following { _ = try RecordFields(record, expecting: record.kind) }
    var json = CanonicalJSON()
    json.object { json in
      json.key("decision")
      material(decision, into: &json)
      json.key("following")
      json.array { json in
        for record in following { material(record, into: &json) }
      }
    }
    return json.bytes
  }

  private static func material(_ record: JournalRecord, into json: inout CanonicalJSON) {
    json.object { json in
      json.key("kind")
      json.value(record.kind.rawValue)
      json.key("payload")
      json.raw(record.payload)
      json.key("sequence")
      json.value(record.sequence)
    }
  }

  private static func heading(_ fields: RecordFields, into lines: inout ExplanationLines) {
    let symbol = fields.shown("instrument")
    let time = (try? fields.moment("ts"))?.description ?? "an unknown time"
    lines.title("Decision \(fields.shown("decision_id")): \(symbol), \(fields.shown("timeframe")) bars, \(time)")
    let venue = fields.shown("venue")
    lines.add("Mode: \(fields.shown("mode")), venue \(venue).")
    if venue == "simulated" || symbol.hasPrefix("SIM-") {
      lines.add("SYNTHETIC: this market is simulated; its prices were never traded.")
    }
    let role = fields.shown("role")
    lines.add("Policy: \(fields.shown("model_id")) (\(role == "production" ? "in charge" : role)).")
    if (try? fields.flag("untrained")) == true {
      lines.add("UNTRAINED: the weights of this policy were never trained; its wishes carry no knowledge.")
    }
    if let reason: FallbackReason = try? fields.choice("fallback_reason") { lines.add("Fallback: \(reason.words).") }
  }

  private static func sight(_ fields: RecordFields, into lines: inout ExplanationLines) {
    lines.section("What it saw")
    if let market = try? fields.object("market") {
      var price = "Last price \(market.shown("last"))"
      if let bid = market.present("bid"), let ask = market.present("ask") { price += ", bid \(bid), ask \(ask)" }
      lines.add(price + ".")
      if let rank = market.number("vol_rank") {
        lines.add("Volatility above \(percent(rank)) of what was seen before (rank \(rounded(rank))).")
      } else {
        lines.add("Volatility rank: not known yet.")
      }
    }
    if let complexity = (try? fields.object("act"))?.number("complexity") {
      lines.add("Market complexity \(rounded(complexity)) on a scale from 0 to 1.")
    }
    if let position = try? fields.object("position_before") { lines.add("Position: \(Self.position(position)).") }
    if let note = fields.present("note") { lines.add("Note: \(note).") }
  }

  static func position(_ fields: RecordFields) -> String {
    let side = fields.tree["side"]?.integer.flatMap { Int8(exactly: $0) }.flatMap(PositionSide.init(rawValue:))
    switch side {
    case .flat: return "flat"
    case .long: return "long \(fields.shown("qty")), cost \(fields.shown("entry_cost"))"
    case .short: return "short \(fields.shown("qty")), sold for \(fields.shown("entry_cost"))"
    case nil: return "unknown"
    }
  }

  private static func wish(_ fields: RecordFields, into lines: inout ExplanationLines) {
    lines.section("What it wished")
    let action = fields.action("action")
    var sentence = action?.words ?? "an unknown action"
    if action?.isOpening == true, let fraction: Rate = try? fields.object("quantity").decimal("frac") {
      sentence += " with \(percent(fraction.approximate)) of the allowed size"
    }
    if let action, let probabilities = try? fields.floats("probs"), probabilities.count == Action.count {
      sentence += ", \(percent(Double(probabilities[Int(action.rawValue)]))) sure"
      let others = Action.allCases.filter { $0 != action && probabilities[Int($0.rawValue)] > 0 }
      if let next = others.max(by: { probabilities[Int($0.rawValue)] < probabilities[Int($1.rawValue)] }) {
        sentence += "; next best: \(next.words), \(percent(Double(probabilities[Int(next.rawValue)])))"
      }
    }
    lines.add(sentence + ".")
    if fields.present("model_id") == "person" { return lines.add("A person decided, in the policy's place.") }
    guard let act = try? fields.object("act"), let segments = try? act.unsigned("segments"), segments > 0 else {
      return lines.add("A rule decided: no thinking, no probabilities.")
    }
    let reason: HaltReason? = try? act.choice("halt_reason")
    lines.add(
      "Depth: \(segments) \(segments == 1 ? "segment" : "segments") of thinking, ended because "
        + "\(reason?.words ?? "of an unknown reason").")
  }

  private static func checks(_ fields: RecordFields, into lines: inout ExplanationLines) {
    let all = (try? fields.objects("vetoes")) ?? []
    let outcomes = all.map { $0.shown("verdict") }
    let count = { (name: String) in outcomes.filter { $0 == name }.count }
    lines.section(
      "Checks: \(count("pass")) passed, \(count("veto")) vetoed, \(count("n/a")) not applicable")
    for (name, label) in [("veto", "VETO"), ("pass", "pass"), ("n/a", "n/a ")] {
      for (check, outcome) in zip(all, outcomes) where outcome == name { lines.add("\(label)  \(measured(check))") }
    }
  }

  private static func measured(_ check: RecordFields) -> String {
    let rule = check.shown("rule")
    let known = RiskCheck(rawValue: rule)
    let words = (known?.words ?? rule) + (known?.unit.map { " (\($0))" } ?? "")
    let isVeto = check.shown("verdict") == "veto"
    var parts: [String] = []
    for (key, label) in [("input", "measured"), ("limit", "limit"), ("margin", "margin")] {
      if let value = check.present(key) { parts.append("\(label) \(short(value))") }
    }
    if parts.isEmpty, isVeto { parts.append(known?.refusal ?? "forbidden") }
    return parts.isEmpty ? words : "\(words): \(parts.joined(separator: ", "))"
  }

  /// A decimal cut to eight places for reading; the record has them all.
  private static func short(_ decimal: String) -> String {
    guard let point = decimal.firstIndex(of: "."), decimal.distance(from: point, to: decimal.endIndex) > 9 else {
      return decimal
    }
    return decimal[..<decimal.index(point, offsetBy: 9)] + "…"
  }

  private static func conclusion(_ fields: RecordFields, into lines: inout ExplanationLines) {
    lines.section("What was decided in the end")
    if let reason = fields.present("skip_reason") {
      lines.add("No order: \(skip(reason)).")
    } else if let action = fields.action("final_action"), action != .hold {
      lines.add("Approved: \(action.words), quantity \(fields.shown("final_qty")).")
    } else {
      lines.add("No order.")
    }
    if let distance = fields.present("stop_distance") {
      lines.add("Protective stop: \(distance) from the entry price.")
    }
  }

  private static func skip(_ reason: String) -> String {
    switch reason {
    case "policy_hold": return "the policy wished to hold"
    case "below_min_qty": return "the quantity is below the smallest that the market takes"
    default:
      guard reason.hasPrefix("veto_"), let check = RiskCheck(rawValue: String(reason.dropFirst(5))) else {
        return reason
      }
      return "vetoed by the check \"\(check.words)\""
    }
  }

  static func percent(_ share: Double) -> String { "\(rounded(share * 100, decimals: 1)) %" }

  /// A number for people, without needless zeros.
  static func rounded(_ number: Double, decimals: Int = 3) -> String {
    guard number.isFinite, abs(number) < 1e12 else { return "unknown" }
    let scale = decimals == 1 ? 10.0 : 1000.0
    let value = (number * scale).rounded() / scale
    return value == value.rounded() ? "\(Int(value))" : "\(value)"
  }
}
