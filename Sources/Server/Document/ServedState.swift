/// What the bot says of itself now.
extension ServedOperation {
  static let state: [ServedOperation] = [
    .init(
      paths: ["/api/v1/status", "/api/metrics"], summary: "All that the bot says of itself.", schema: .anyObject,
      codes: [200, 503]),
    .init(paths: ["/api/v1/version"], summary: "Version and mode.", schema: Schemas.version, codes: [200, 503]),
    .init(
      paths: ["/api/v1/balance", "/api/funds"], summary: "Cash, equity and fees.", schema: Schemas.balance,
      codes: [200, 503]),
    .init(
      paths: ["/api/v1/positions", "/api/trading/positions"], summary: "Positions.", schema: Schemas.positions,
      codes: [200, 503]),
    .init(
      paths: ["/api/v1/limits"], summary: "Limits and how much of each is used.", schema: Schemas.limits,
      codes: [200, 503]),
    .init(
      paths: ["/api/v1/locks"], summary: "What keeps the bot from opening positions.", schema: Schemas.locks,
      codes: [200, 503]),
    .init(
      paths: ["/api/v1/policy"], summary: "The policy in charge, and why.", schema: Schemas.policy, codes: [200, 503]),
    .init(paths: ["/api/v1/settings", "/api/config"], summary: "The settings in force.", schema: .anyObject),
    .init(
      paths: ["/api/v1/logs"], summary: "The last lines of the log, newest first.", schema: Schemas.logs,
      codes: [200, 400], parameters: [.limit(ServerLimits.logLines)]),
    .init(paths: ["/api/v1/history"], summary: "Equity and closes since the start.", schema: Schemas.history),
    .init(
      paths: ["/api/v1/events"], summary: "Server-sent events: status, decision and fill.", answer: .events,
      codes: [200, 503]),
    .init(
      paths: ["/api/live/events"],
      summary: "Server-sent events: tick, position_update, trade_executed, stats_update and hrm_metrics.",
      answer: .events, codes: [200, 503]),
  ]
}
