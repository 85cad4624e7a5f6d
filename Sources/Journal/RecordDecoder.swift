import Core

/// Reads what `RecordEncoder` wrote, for replay and recovery. Anything else is a `RecordError`, never a trap.
public struct RecordDecoder: Sendable {
  /// Instruments of the run, by symbol.
  private let instruments: [String: InstrumentID]

  /// A decoder for the records of a run with these instruments.
  public init(instruments table: InstrumentTable) {
    instruments = Dictionary(table.instruments.map { ($0.symbol, $0.id) }, uniquingKeysWith: { first, _ in first })
  }

  private func instrument(_ fields: RecordFields, _ key: String) throws -> InstrumentID {
    let symbol = try fields.text(key)
    guard let id = instruments[symbol] else { throw fields.fault(key, symbol, "not an instrument of this run") }
    return id
  }

  /// Reads the start of a run; needs no instruments, it names them.
  public static func session(_ record: JournalRecord) throws -> SessionRecord {
    let fields = try RecordFields(record, expecting: .session)
    let schema = try fields.text("schema")
    guard schema == SessionRecord.schema || schema.hasPrefix(SessionRecord.schema + ".") else {
      throw fields.fault("schema", schema, "expected \(SessionRecord.schema)")
    }
    let feed: SessionRecord.Feed =
      try fields.value("feed").string == "simulated" ? .simulated : .files(try fields.texts("feed"))
    let kinds = try fields.texts("kinds"), venues = try fields.texts("venues")
    let listings = try zip(kinds, venues).map { name, venue in
      guard let kind = InstrumentKind(rawValue: name) else { throw fields.fault("kinds", name, "no such kind") }
      return SessionRecord.Listing(kind: kind, venue: venue)
    }
    return SessionRecord(
      build: try fields.text("build"), mode: try fields.text("mode"), feed: feed,
      instruments: try fields.texts("instruments"), listings: listings,
      rulesHash: try fields.text("rules_hash"), arithmetic: try fields.optional("arithmetic", fields.text),
      isVirtualTime: try fields.flag("virtual_time"), timeframe: try fields.timeframe("timeframe"),
      policyInCharge: try fields.text("policy_in_charge"),
      policies: try fields.objects("policies").map {
        PolicyIdentity(
          name: try $0.text("name"), sha256: try $0.text("sha256"), isUntrained: try $0.flag("untrained"))
      },
      settingsHash: try fields.text("settings_hash"), settings: try fields.raw("settings"),
      seed: try fields.unsigned("seed"), session: try fields.unsigned("session"),
      state: try fields.optional("state", fields.raw), at: try fields.moment("at"),
      venueRules: fields.tree["venue_rules"] == nil ? nil : try fields.raw("venue_rules"),
      hasPairs: fields.tree["venue_pairs"] == nil ? false : try fields.flag("venue_pairs"),
      references: fields.tree["references"] == nil ? nil : try fields.raw("references"))
  }

  /// Reads a bar.
  public func bar(_ record: JournalRecord) throws -> BarRecord {
    let fields = try RecordFields(record, expecting: .bar)
    let bar = Bar(
      instrument: try instrument(fields, "i"), timeframe: try fields.timeframe("tf"), openTime: try fields.moment("t"),
      open: try fields.decimal("o"), high: try fields.decimal("h"), low: try fields.decimal("l"),
      close: try fields.decimal("c"), volume: try fields.decimal("v"))
    let isPreRoll = fields.tree["pre_roll"] == nil ? false : try fields.flag("pre_roll")
    return BarRecord(bar: bar, at: try fields.moment("at"), isPreRoll: isPreRoll)
  }

  /// Reads an answer of the network.
  public func answer(_ record: JournalRecord) throws -> AnswerRecord {
    let fields = try RecordFields(record, expecting: .answer)
    return AnswerRecord(
      ticket: try fields.unsigned("ticket"), instrument: try instrument(fields, "instrument"),
      reading: try fields.optional("reading") { try Self.reading(try fields.object($0)) },
      quantity: try fields.float("quantity"), failure: try fields.optional("failure", fields.text),
      latencyMicros: Int(clamping: try fields.unsigned("latency_us")),
      at: try fields.moment("at"))
  }

  private static func reading(_ fields: RecordFields) throws -> NetworkReading {
    let logits = try fields.floats("logits")
    let probabilities = try fields.floats("probs")
    guard logits.count == Action.count, probabilities.count == Action.count else {
      throw fields.fault("logits", "\(logits.count) and \(probabilities.count)", "expected \(Action.count) each")
    }
    let actions = try fields.elements("per_segment_action").map { element in
      guard let action = element.unsigned.flatMap({ UInt8(exactly: $0) }).flatMap(Action.init(rawValue:)) else {
        throw fields.fault("per_segment_action", element.summary, "expected an action, 0 to 4")
      }
      return action
    }
    let segments = try fields.unsigned("segments")
    guard segments <= 1_000_000 else { throw fields.fault("segments", "\(segments)", "more than any network computes") }
    return NetworkReading(
      logits: logits, probabilities: probabilities, value: try fields.float("value"),
      qHalt: try fields.float("q_halt"), qContinue: try fields.float("q_cont"), segments: Int(segments),
      haltReason: try fields.choice("halt_reason"), actionPerSegment: actions,
      residualH: try fields.float("residual_h"), residualL: try fields.float("residual_l"))
  }

  /// Reads a timer.
  public func timer(_ record: JournalRecord) throws -> TimerRecord {
    let fields = try RecordFields(record, expecting: .timer)
    return TimerRecord(
      kind: try fields.text("kind"), ticket: try fields.unsigned("ticket"), at: try fields.moment("at"))
  }

  /// Reads news of an order.
  public func report(_ record: JournalRecord) throws -> ReportRecord {
    let fields = try RecordFields(record, expecting: .report)
    let id = try fields.clientID("client_id")
    let time = try fields.moment("ts")
    let report: ExecutionReport
    switch try fields.text("event") {
    case "accepted": report = .accepted(id, at: time)
    case "cancelled": report = .cancelled(id, at: time)
    case "expired": report = .expired(id, at: time)
    case "rejected": report = .rejected(id, try fields.choice("reason"), at: time)
    case "filled": report = .filled(try fill(fields, id: id, time: time))
    case let other: throw fields.fault("event", other, "not an event of an order")
    }
    return ReportRecord(report: report, at: try fields.moment("at"))
  }

  private func fill(_ fields: RecordFields, id: ClientOrderID, time: Timestamp) throws -> Fill {
    Fill(
      tradeID: try fields.unsigned("trade_id"), clientID: id, instrument: try instrument(fields, "instrument"),
      side: try fields.choice("side"), quantity: try fields.decimal("qty"), price: try fields.decimal("price"),
      feeQuote: try fields.decimal("fee_quote"),
      feeBase: fields.tree["fee_base"] == nil ? .zero : try fields.decimal("fee_base"),
      isMaker: try fields.choice("liquidity", as: Liquidity.self) == .maker, time: time)
  }

  private enum Liquidity: String { case maker, taker }

  /// Reads how a submission ended.
  public func outcome(_ record: JournalRecord) throws -> OutcomeRecord {
    let fields = try RecordFields(record, expecting: .outcome)
    let outcome: SubmitOutcome
    switch try fields.text("outcome") {
    case "accepted": outcome = .accepted
    case "rejected": outcome = .rejected(try fields.choice("cause"))
    case "unknown": outcome = .unknown(cause: try fields.text("cause"))
    case let other: throw fields.fault("outcome", other, "not an outcome of a submission")
    }
    return OutcomeRecord(clientID: try fields.clientID("client_id"), outcome: outcome, at: try fields.moment("at"))
  }

  /// Reads a command.
  public func control(_ record: JournalRecord) throws -> ControlRecord {
    let fields = try RecordFields(record, expecting: .control)
    return ControlRecord(
      command: try fields.text("command"), level: try fields.optional("level") { try fields.choice($0) },
      reason: try fields.optional("reason", fields.text),
      source: try fields.optional("source") { try fields.choice($0) }, by: try fields.optional("by", fields.text),
      policy: try fields.optional("policy", fields.text), latchID: try fields.optional("latch_id", fields.text),
      at: try fields.moment("at"), orderID: fields.tree["order_id"] == nil ? nil : try fields.clientID("order_id"),
      trade: fields.tree["trade"] == nil ? nil : try Self.trade(fields.object("trade")))
  }

  private static func trade(_ fields: RecordFields) throws -> ControlRecord.Trade {
    guard let action = fields.action("action") else {
      throw fields.fault("action", fields.shown("action"), "expected an action, 0 to 4")
    }
    let fraction: Rate = try fields.decimal("fraction")
    guard fraction >= .zero, fraction.raw <= Rate.unit else {
      throw fields.fault("fraction", "\(fraction)", "expected a share from 0 to 1")
    }
    return ControlRecord.Trade(instrument: try fields.text("instrument"), action: action, fraction: fraction)
  }
}
