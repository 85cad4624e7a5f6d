/// What the journal knows. `before` takes the `next_before` of the page before.
extension ServedOperation {
  /// The journal may be absent (404), busy or unreadable (503).
  private static let codes = [200, 400, 404, 503]

  private static func list(_ paths: [String], _ summary: String, _ schema: Schema, most: Int = Page.maximum)
    -> ServedOperation
  {
    .init(paths: paths, summary: summary, schema: schema, codes: codes, parameters: [.limit(most), .before])
  }

  static let records: [ServedOperation] = [
    list(
      ["/api/v1/decisions"], "The last decisions, newest first; with `before`, those of the journal.",
      Schemas.decisions),
    .init(
      paths: ["/api/v1/decisions/{id}"],
      summary: "One decision: in words, its record with every check, and what followed.", schema: Schemas.decision,
      codes: codes, parameters: [.init(name: "id", schema: .text, isInPath: true)]),
    list(["/api/v1/orders"], "Orders and what became of them, newest first.", Schemas.orders, most: 200),
    list(["/api/v1/fills"], "Executions, newest first.", Schemas.fills),
    list(["/api/v1/trades"], "Trades from flat to flat, newest first.", Schemas.trades),
    .init(
      paths: ["/api/v1/profit"], summary: "The result of all trades.", schema: Schemas.profit, codes: [200, 404, 503]),
    .init(
      paths: ["/api/v1/daily"], summary: "Results by UTC day, newest first.", schema: Schemas.daily, codes: codes,
      parameters: [.limit(Page.maximum)]),
    .init(
      paths: ["/api/v1/performance"], summary: "Results by instrument.", schema: Schemas.performance,
      codes: [200, 404, 503]),
    .init(
      paths: ["/api/v1/policies"], summary: "The policies of this run.", schema: Schemas.policies,
      codes: [200, 404, 503]),
    list(["/api/v1/policies/history"], "Changes of the policy in charge, newest first.", Schemas.policyHistory),
    .init(
      paths: ["/api/v1/bars", "/api/historical-data"], summary: "Bars that the bot has seen, newest first.",
      schema: Schemas.bars, codes: codes,
      parameters: [
        .init(name: "instrument", schema: .text, isRequired: true), .init(name: "timeframe", schema: .text),
        .limit(1000), .before,
      ]),
  ]
}
