import Bot

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
