import Core

/// What changes something: with the operator's token only.
extension ServedOperation {
  private static let reason: (name: String, schema: Schema) = ("reason?", .text)
  private static let level: (name: String, schema: Schema) = ("level?", .word(StopLevel.allCases.map(\.rawValue)))

  private static func stop(
    _ paths: [String], _ summary: String, body: [(name: String, schema: Schema)]
  ) -> ServedOperation {
    .init(isWrite: true, paths: paths, summary: summary, schema: Schemas.stopping, codes: [202], body: body)
  }

  /// The bot answers, refuses (409) or is too slow (504).
  private static func command(
    _ paths: [String], _ summary: String, body: [(name: String, schema: Schema)] = [], parameters: [Parameter] = []
  ) -> ServedOperation {
    .init(
      isWrite: true, paths: paths, summary: summary, schema: .answer, codes: [200, 400, 409, 413, 504],
      answers: [200], body: body, parameters: parameters)
  }

  static let commands: [ServedOperation] = [
    stop(
      ["/api/v1/stop", "/api/live/stop"], "Latches a stop. Never refused for its body.", body: [level, reason]),
    stop(["/api/v1/pause"], "Latches a stop of level reduce.", body: [reason]),
    stop(["/api/v1/flatten"], "Latches a stop that closes positions.", body: [reason]),
    command(
      ["/api/v1/resume", "/api/live/start"], "The second step of a resume: names the latch, once STOP is gone.",
      body: [("latch_id", .text)]),
    command(
      ["/api/v1/rollback"], "Puts the fallback or the named policy in charge.",
      body: [("policy?", .text), reason]),
    command(["/api/v1/promote"], "Puts the named policy in charge again.", body: [("policy", .text)]),
    command(
      ["/api/v1/orders/{id}/cancel"], "Asks the venue to end an order of a decision.",
      parameters: [.init(name: "id", schema: .text, isInPath: true)]),
    command(
      ["/api/v1/trade", "/api/manual-trade"], "A person's decision, before the same veto as any other.",
      body: [
        ("action", .word(Action.allCases.filter { $0 != .hold }.map(\.name))), ("fraction?", .decimal),
        ("instrument", .text), reason,
      ]),
    .init(
      isWrite: true, paths: ["/api/v1/backtest", "/api/backtest"],
      summary: "What a policy would have done on bars of the catalog; takes up to a minute, one at a time.",
      schema: .anyObject, codes: [200, 400, 409, 413, 422], answers: [200],
      body: [("from?", .text), ("instrument", .text), ("policy?", .text), ("timeframe?", .text), ("to?", .text)]),
    .init(
      isWrite: true, paths: ["/api/v1/reload"], summary: "Refused: nothing can be changed in a running session.",
      schema: .answer, codes: [409], answers: []),
  ]
}
