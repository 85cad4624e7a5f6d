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
  /// What the answer looks like; nil: it is no JSON.
  var schema: Schema?
  /// Status codes besides those that any path may answer.
  var codes: [Int] = [200]
  /// Status codes that bring the answer; the others bring an error.
  var answers: Set<Int> = [200, 202]
  /// Members of the body.
  var body: [(name: String, schema: Schema)] = []
  var parameters: [Parameter] = []
  /// Whether no token is asked for.
  var isOpen: Bool { !isWrite && paths.allSatisfy(RequestPolicy.openPaths.contains) }

  /// All that is served.
  package static let all = pages + probes + state + records + commands

  private static let pages: [ServedOperation] = [
    .init(paths: ["/"], summary: "The page.", answer: .html),
    .init(paths: ["/app.css"], summary: "Its style.", answer: .style),
    .init(paths: ["/app.js"], summary: "Its script.", answer: .script),
    .init(paths: ["/openapi.json"], summary: "This document.", schema: .anyObject),
  ]

  private static let probes: [ServedOperation] = [
    .init(
      paths: ["/healthz", "/api/health"], summary: "Whether the trading loop turns.", schema: Schemas.health,
      codes: [200, 503], answers: [200, 503]),
    .init(
      paths: ["/readyz"], summary: "Whether the bot could trade now, or every reason against it.",
      schema: Schemas.readiness, codes: [200, 503], answers: [200, 503]),
    .init(paths: ["/metrics"], summary: "Figures for Prometheus.", answer: .text),
    .init(paths: ["/api/v1/ping"], summary: "An answer.", schema: .object([("status", .text)])),
  ]
}
