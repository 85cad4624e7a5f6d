import Core
import HTTPTypes
import Hummingbird
import Journal

/// What there is to see.
struct StatusRoutes: Sendable {
  let board: StatusBoard
  /// Settings as canonical JSON; there are no secrets in them.
  let settingsJSON: [UInt8]

  func add<Context: RequestContext>(to router: Router<Context>) {
    for path in ["/healthz", "/api/health"] { router.get(RouterPath(path)) { _, _ in health() } }
    router.get("/readyz") { _, _ in ready() }
    router.get("/metrics") { _, _ in metrics() }
    router.get("/api/v1/ping") { _, _ in Reply.json(Array(#"{"status":"pong"}"#.utf8)) }
    for path in ["/api/v1/status", "/api/metrics"] { router.get(RouterPath(path)) { _, _ in status() } }
    for path in ["/api/v1/settings", "/api/config"] {
      router.get(RouterPath(path)) { _, _ in Reply.json(settingsJSON) }
    }
    router.get("/api/v1/history") { _, _ in Reply.json(board.historyJSON) }
  }

  private func health() -> Response {
    let readiness = board.readiness
    return Reply.json(status: readiness.isAlive ? .ok : .serviceUnavailable) { out in
      out.key("status")
      out.value(readiness.isAlive ? "ok" : "dead")
    }
  }

  private func ready() -> Response {
    let readiness = board.readiness
    return Reply.json(status: readiness.isReady ? .ok : .serviceUnavailable) { out in
      out.key("ready")
      out.value(readiness.isReady)
      out.key("reasons")
      out.strings(readiness.reasons)
    }
  }

  private func metrics() -> Response {
    let (snapshot, age) = board.latest
    let text = BotMetrics.text(
      snapshot, Readiness(snapshot, ageMillis: age), ageMillis: age, deliveries: board.deliveries)
    return Reply.text("text/plain; version=0.0.4; charset=utf-8", text)
  }

  private func status() -> Response {
    guard let json = try? board.latest.snapshot?.encoded() else { return Reply.starting }
    return Reply.json(json)
  }
}
