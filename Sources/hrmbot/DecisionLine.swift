import Bot
import Core
import Foundation

/// One JSON line per decision, for logs.
enum DecisionLine {
  struct Labels: Sendable {
    var mode: String
    var isSynthetic: Bool
    var traces: TraceNames

    init(_ plan: RunPlan) {
      (mode, isSynthetic) = (plan.mode, plan.isSynthetic)
      traces = TraceNames(scope: "\(Self.host) \(plan.home.path)")
    }

    // Not Foundation's, which asks name servers.
    private static var host: String {
      var name = [CChar](repeating: 0, count: 256)
      return gethostname(&name, name.count - 1) == 0
        ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    }
  }

  static func write(_ event: DecisionEvent, _ labels: Labels, toError: Bool) {
    Output.offer(json(event, labels).bytes, to: toError ? STDERR_FILENO : STDOUT_FILENO)
  }

  /// `isFull`: with what the network thought and which checks refused, by how much.
  static func json(_ event: DecisionEvent, _ labels: Labels, isFull: Bool = false) -> CanonicalJSON {
    let (decision, verdict) = (event.decision, event.verdict)
    var out = CanonicalJSON(capacity: 512)
    out.object { out in
      out.key("action")
      out.value(decision.action.name)
      out.key("at")
      out.value(event.at.description)
      out.key("close")
      out.value(event.bar.close)
      out.key("event")
      out.value("decision")
      if let reason = decision.fallbackReason {
        out.key("fallback_reason")
        out.value(reason.rawValue)
      }
      out.key("final_action")
      out.value(verdict.finalAction.name)
      out.key("id")
      out.value(DecisionID(sequence: decision.sequence).description)
      out.key("instrument")
      out.value(event.symbol)
      out.key("mode")
      out.value(labels.mode)
      if let note = decision.note {
        out.key("note")
        out.value(note)
      }
      out.key("policy")
      out.value(decision.policy.name)
      if let reading = decision.reading {
        out.key("probability")
        out.value(reading.probabilities[Int(decision.action.rawValue)])
      }
      out.key("quantity")
      out.value(verdict.finalQuantity)
      if let reading = decision.reading {
        out.key("segments")
        out.value(reading.segments)
      }
      if let skip = verdict.skipReason {
        out.key("skip_reason")
        out.value(skip.name)
      }
      out.key("span_id")
      out.value(labels.traces.decision(decision.sequence))
      out.key("synthetic")
      out.value(labels.isSynthetic)
      out.key("trace_id")
      out.value(labels.traces.trace(decision.sequence))
      if isFull { thought(event, &out) }
      out.key("untrained")
      out.value(decision.policy.isUntrained)
    }
    return out
  }

  private static func thought(_ event: DecisionEvent, _ out: inout CanonicalJSON) {
    if let complexity = event.complexity {
      out.key("complexity")
      out.value(complexity)
    }
    if let reading = event.decision.reading {
      out.key("halt_reason")
      out.value(reading.haltReason.rawValue)
      out.key("probabilities")
      out.array { out in for probability in reading.probabilities { out.value(probability) } }
      out.key("residual_h")
      out.value(reading.residualH)
      out.key("residual_l")
      out.value(reading.residualL)
    }
    out.key("vetoes")
    out.array { out in
      for check in event.verdict.checks where check.outcome == .veto {
        out.object { out in
          out.key("check")
          out.value(check.check.rawValue)
          for (name, value) in [("input", check.input), ("limit", check.limit), ("margin", check.margin)] {
            guard let value else { continue }
            out.key(escaping: name)
            out.value(value)
          }
        }
      }
    }
  }
}
