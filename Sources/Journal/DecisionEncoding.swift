import Core

/// Canonical JSON of every kind of record: keys sorted, money and quantities as decimal strings, symbols as text.
public enum RecordEncoder {
  /// Schema of decision records.
  public static let decisionSchema = "hrmbot.decision/1"

  /// A decision with all that was looked at, traded or not.
  public static func decision(
    _ d: Decision, _ o: Observation, _ v: Verdict, context: DecisionContext
  ) -> [UInt8] {
    var json = CanonicalJSON(capacity: 4096)
    json.object { json in
      json.key("act")
      act(d.reading, complexity: o.complexity, into: &json)
      json.key("action")
      json.value(d.action.rawValue)
      json.key("bar_close")
      json.value(d.barClose.milliseconds)
      json.key("clock_seq")
      json.value(context.inputSequence)
      json.key("decision_id")
      json.value(DecisionID(sequence: d.sequence).description)
      json.key("fallback_reason")
      json.optional(d.fallbackReason?.rawValue)
      json.key("feature_schema")
      json.value(context.featureSchema)
      json.key("features_hash")
      json.hex(context.featuresHash)
      json.key("final_action")
      json.value(v.finalAction.rawValue)
      json.key("final_qty")
      json.value(v.finalQuantity)
      json.key("instrument")
      json.value(context.instrument.symbol)
      json.key("legal_mask")
      json.array { json in
        for index in 0..<UInt8(Action.count) { json.value(d.legalMask.bits & (1 << index) != 0) }
      }
      network(d.reading, into: &json)
      json.key("market")
      market(o, into: &json)
      identity(d, context: context, into: &json)
      json.key("order_ids")
      json.array { json in if let order = v.order { json.value(order.request.clientID.description) } }
      json.key("position_before")
      position(o.position, into: &json)
      outputs(d, quantity: v.finalQuantity, into: &json)
      conclusion(d, v, context: context, into: &json)
    }
    return json.bytes
  }

  private static func act(_ reading: NetworkReading?, complexity: Double?, into json: inout CanonicalJSON) {
    json.object { json in
      json.key("complexity")
      json.optional(complexity)
      json.key("halt_reason")
      json.optional(reading?.haltReason.rawValue)
      json.key("per_segment_action")
      json.array { json in
        for action in reading?.actionPerSegment ?? [] { json.value(action.rawValue) }
      }
      json.key("residual_h")
      json.optional(reading?.residualH)
      json.key("residual_l")
      json.optional(reading?.residualL)
      json.key("segments")
      json.value(reading?.segments ?? 0)
    }
  }

  private static func network(_ reading: NetworkReading?, into json: inout CanonicalJSON) {
    json.key("logits")
    json.floats(reading?.logits)
  }

  private static func market(_ o: Observation, into json: inout CanonicalJSON) {
    json.object { json in
      json.key("ask")
      json.optional(o.quote?.ask)
      json.key("bid")
      json.optional(o.quote?.bid)
      json.key("last")
      json.value(o.bar.close)
      json.key("vol_rank")
      json.optional(o.volatilityRank)
    }
  }

  private static func identity(_ d: Decision, context: DecisionContext, into json: inout CanonicalJSON) {
    json.key("mode")
    json.value(context.mode)
    json.key("model_id")
    json.value(d.policy.name)
    json.key("model_sha256")
    json.value(d.policy.sha256)
    json.key("note")
    json.optional(d.note)
  }

  static func position(_ position: PositionView, into json: inout CanonicalJSON) {
    json.object { json in
      json.key("entry_cost")
      json.value(position.totalCostQuote)
      json.key("qty")
      json.value(position.quantity)
      json.key("side")
      json.value(position.side.rawValue)
    }
  }

  private static func outputs(_ d: Decision, quantity: Quantity, into json: inout CanonicalJSON) {
    json.key("probs")
    json.floats(d.reading?.probabilities)
    json.key("q_cont")
    json.optional(d.reading?.qContinue)
    json.key("q_halt")
    json.optional(d.reading?.qHalt)
    json.key("quantity")
    json.object { json in
      json.key("frac")
      json.value(d.quantityFraction)
      json.key("qty")
      json.value(quantity)
    }
  }

  private static func conclusion(
    _ d: Decision, _ v: Verdict, context: DecisionContext, into json: inout CanonicalJSON
  ) {
    json.key("role")
    json.value(d.role.rawValue)
    json.key("schema")
    json.value(literal: "hrmbot.decision/1")
    json.key("skip_reason")
    json.optional(v.skipReason?.name)
    json.key("stop_distance")
    json.optional(v.order?.stopDistance)
    json.key("timeframe")
    json.value(d.timeframe.description)
    json.key("ts")
    json.value(context.at.milliseconds)
    json.key("untrained")
    json.value(d.policy.isUntrained)
    json.key("value")
    json.optional(d.reading?.value)
    json.key("venue")
    json.value(context.instrument.venue)
    json.key("vetoes")
    json.raw(CheckListEncoding.encode(v.checks))
  }
}
