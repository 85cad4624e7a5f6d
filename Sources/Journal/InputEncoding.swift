import Core

extension RecordEncoder {
  /// The start of a run. Throws `RecordError` when settings or state are not JSON objects.
  public static func session(_ s: SessionRecord) throws -> [UInt8] {
    try requireObject(s.settings, field: "settings", kind: .session)
    if let state = s.state { try requireObject(state, field: "state", kind: .session) }
    if let rules = s.venueRules { try requireObject(rules, field: "venue_rules", kind: .session) }
    if let references = s.references { try requireObject(references, field: "references", kind: .session) }
    var json = CanonicalJSON(capacity: 4096 + s.settings.count + (s.state?.count ?? 0))
    json.object { json in
      json.key("arithmetic")
      json.optional(s.arithmetic)
      json.key("at")
      json.value(s.at.milliseconds)
      json.key("build")
      json.value(s.build)
      json.key("feed")
      switch s.feed {
      case .simulated: json.value(literal: "simulated")
      case .files(let files): json.strings(files)
      }
      json.key("instruments")
      json.strings(s.instruments)
      json.key("kinds")
      json.strings(s.listings.map(\.kind.rawValue))
      json.key("mode")
      json.value(s.mode)
      json.key("policies")
      json.array { json in
        for policy in s.policies { identity(policy, into: &json) }
      }
      json.key("policy_in_charge")
      json.value(s.policyInCharge)
      if let references = s.references {
        json.key("references")
        json.raw(references)
      }
      json.key("rules_hash")
      json.value(s.rulesHash)
      json.key("schema")
      json.value(SessionRecord.schema)
      json.key("seed")
      json.value(s.seed)
      json.key("session")
      json.value(s.session)
      json.key("settings")
      json.raw(s.settings)
      json.key("settings_hash")
      json.value(s.settingsHash)
      json.key("state")
      if let state = s.state { json.raw(state) } else { json.null() }
      json.key("timeframe")
      json.value(s.timeframe.description)
      if s.hasPairs {
        json.key("venue_pairs")
        json.value(true)
      }
      if let rules = s.venueRules {
        json.key("venue_rules")
        json.raw(rules)
      }
      json.key("venues")
      json.strings(s.listings.map(\.venue))
      json.key("virtual_time")
      json.value(s.isVirtualTime)
    }
    return json.bytes
  }

  private static func identity(_ policy: PolicyIdentity, into json: inout CanonicalJSON) {
    json.object { json in
      json.key("name")
      json.value(policy.name)
      json.key("sha256")
      json.value(policy.sha256)
      json.key("untrained")
      json.value(policy.isUntrained)
    }
  }

  static func requireObject(_ bytes: [UInt8], field: String, kind: RecordKind) throws {
    let fault: String
    do {
      if case .object = try JSONTree.parse(bytes) { return }
      fault = "not a JSON object"
    } catch {
      fault = "\(error)"
    }
    throw RecordError(
      sequence: nil, kind: kind, field: field, value: RecordError.shortened(String(decoding: bytes, as: UTF8.self)),
      reason: fault)
  }

  /// A bar that came in.
  public static func bar(_ bar: Bar, symbol: String, at: Timestamp, isPreRoll: Bool) -> [UInt8] {
    var json = CanonicalJSON(capacity: 256)
    json.object { json in
      json.key("at")
      json.value(at.milliseconds)
      json.key("c")
      json.value(bar.close)
      json.key("h")
      json.value(bar.high)
      json.key("i")
      json.value(symbol)
      json.key("l")
      json.value(bar.low)
      json.key("o")
      json.value(bar.open)
      if isPreRoll {
        json.key("pre_roll")
        json.value(true)
      }
      json.key("t")
      json.value(bar.openTime.milliseconds)
      json.key("tf")
      json.value(bar.timeframe.description)
      json.key("v")
      json.value(bar.volume)
    }
    return json.bytes
  }

  /// The network's answer.
  public static func answer(_ a: AnswerRecord, symbol: String) -> [UInt8] {
    var json = CanonicalJSON(capacity: 768)
    json.object { json in
      json.key("at")
      json.value(a.at.milliseconds)
      json.key("failure")
      json.optional(a.failure)
      json.key("instrument")
      json.value(symbol)
      json.key("latency_us")
      json.value(a.latencyMicros)
      json.key("quantity")
      json.value(a.quantity)
      json.key("reading")
      if let reading = a.reading { self.reading(reading, into: &json) } else { json.null() }
      json.key("ticket")
      json.value(a.ticket)
    }
    return json.bytes
  }

  private static func reading(_ r: NetworkReading, into json: inout CanonicalJSON) {
    json.object { json in
      json.key("halt_reason")
      json.value(r.haltReason.rawValue)
      json.key("logits")
      json.floats(r.logits)
      json.key("per_segment_action")
      json.array { json in
        for action in r.actionPerSegment { json.value(action.rawValue) }
      }
      json.key("probs")
      json.floats(r.probabilities)
      json.key("q_cont")
      json.value(r.qContinue)
      json.key("q_halt")
      json.value(r.qHalt)
      json.key("residual_h")
      json.value(r.residualH)
      json.key("residual_l")
      json.value(r.residualL)
      json.key("segments")
      json.value(r.segments)
      json.key("value")
      json.value(r.value)
    }
  }

  /// A timer that fired.
  public static func timer(_ t: TimerRecord) -> [UInt8] {
    var json = CanonicalJSON(capacity: 128)
    json.object { json in
      json.key("at")
      json.value(t.at.milliseconds)
      json.key("kind")
      json.value(t.kind)
      json.key("ticket")
      json.value(t.ticket)
    }
    return json.bytes
  }

  /// How a submission ended.
  public static func outcome(_ o: OutcomeRecord) -> [UInt8] {
    var json = CanonicalJSON(capacity: 192)
    json.object { json in
      json.key("at")
      json.value(o.at.milliseconds)
      switch o.outcome {
      case .accepted: break
      case .rejected(let reason):
        json.key("cause")
        json.value(reason.rawValue)
      case .unknown(let cause):
        json.key("cause")
        json.value(cause)
      }
      json.key("client_id")
      json.value(o.clientID.description)
      json.key("outcome")
      switch o.outcome {
      case .accepted: json.value(literal: "accepted")
      case .rejected: json.value(literal: "rejected")
      case .unknown: json.value(literal: "unknown")
      }
    }
    return json.bytes
  }

  /// A command.
  public static func control(_ c: ControlRecord) -> [UInt8] {
    var json = CanonicalJSON(capacity: 256)
    json.object { json in
      json.key("at")
      json.value(c.at.milliseconds)
      json.key("by")
      json.optional(c.by)
      json.key("command")
      json.value(c.command)
      json.key("latch_id")
      json.optional(c.latchID)
      json.key("level")
      json.optional(c.level?.rawValue)
      // No key where there is none, as in records of before there were such commands.
      if let id = c.orderID {
        json.key("order_id")
        json.value(id.description)
      }
      json.key("policy")
      json.optional(c.policy)
      json.key("reason")
      json.optional(c.reason)
      json.key("source")
      json.optional(c.source?.rawValue)
      if let trade = c.trade {
        json.key("trade")
        json.object { json in
          json.key("action")
          json.value(trade.action.rawValue)
          json.key("fraction")
          json.value(trade.fraction)
          json.key("instrument")
          json.value(trade.instrument)
        }
      }
    }
    return json.bytes
  }
}
