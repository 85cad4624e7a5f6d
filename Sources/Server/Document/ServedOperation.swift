/// One thing that can be asked, as the OpenAPI document says it. A test compares the table with the routes.
package struct ServedOperation: Sendable {
  /// Kinds of answers.
  enum Answer: String, Sendable {
    case json = "application/json"
    case text = "text/plain"
    case html = "text/html"
    case script = "text/javascript"
    case style = "text/css"
    case events = "text/event-stream"
  }

  package var isWrite = false
  /// The path, and others that answer the same.
  package var paths: [String]
  var summary: String
  var answer = Answer.json
  /// Status codes besides those that any path may answer.
  var codes: [Int] = [200]
  /// Names of members of the body, all texts that may be left out.
  var body: [String] = []
  /// Whether `limit` may follow.
  var hasLimit = false
  /// Whether no token is asked for.
  var isOpen: Bool { !isWrite && paths.allSatisfy(RequestPolicy.openPaths.contains) }

  /// All that is served.
  package static let all: [ServedOperation] = [
    .init(paths: ["/"], summary: "The page.", answer: .html),
    .init(paths: ["/app.css"], summary: "Its style.", answer: .style),
    .init(paths: ["/app.js"], summary: "Its script.", answer: .script),
    .init(paths: ["/healthz", "/api/health"], summary: "Whether the trading loop turns.", codes: [200, 503]),
    .init(
      paths: ["/readyz"], summary: "Whether the bot could trade now, or every reason against it.", codes: [200, 503]),
    .init(paths: ["/openapi.json"], summary: "This document."),
    .init(paths: ["/metrics"], summary: "Figures for Prometheus.", answer: .text),
    .init(paths: ["/api/v1/ping"], summary: "An answer."),
    .init(paths: ["/api/v1/status", "/api/metrics"], summary: "All that the bot says of itself.", codes: [200, 503]),
    .init(paths: ["/api/v1/version"], summary: "Version and mode.", codes: [200, 503]),
    .init(paths: ["/api/v1/balance", "/api/funds"], summary: "Cash, equity and fees.", codes: [200, 503]),
    .init(paths: ["/api/v1/positions", "/api/trading/positions"], summary: "Positions.", codes: [200, 503]),
    .init(paths: ["/api/v1/limits"], summary: "Limits and how much of each is used.", codes: [200, 503]),
    .init(paths: ["/api/v1/policy"], summary: "The policy in charge.", codes: [200, 503]),
    .init(paths: ["/api/v1/settings", "/api/config"], summary: "The settings in force."),
    .init(
      paths: ["/api/v1/decisions"], summary: "The last decisions, newest first.", codes: [200, 400], hasLimit: true),
    .init(paths: ["/api/v1/history"], summary: "Equity and closes since the start."),
    .init(
      paths: ["/api/v1/events"], summary: "Server-sent events: status and decision.", answer: .events,
      codes: [200, 503]),
    .init(
      isWrite: true, paths: ["/api/v1/stop", "/api/live/stop"],
      summary: "Latches a stop: level reduce, stop or flatten. Never refused for its body.", codes: [202],
      body: ["level", "reason"]),
    .init(
      isWrite: true, paths: ["/api/v1/pause"], summary: "Latches a stop of level reduce.", codes: [202],
      body: ["reason"]),
    .init(
      isWrite: true, paths: ["/api/v1/flatten"], summary: "Latches a stop that closes positions.", codes: [202],
      body: ["reason"]),
    .init(
      isWrite: true, paths: ["/api/v1/rollback"], summary: "Puts the fallback or the named policy in charge.",
      codes: [200, 400, 409, 504], body: ["policy", "reason"]),
    .init(
      isWrite: true, paths: ["/api/v1/promote"], summary: "Puts the named policy in charge again.",
      codes: [200, 400, 409, 504], body: ["policy"]),
  ]
}
