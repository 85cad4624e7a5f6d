import Core
import HTTPTypes
import Hummingbird

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
    router.get("/api/v1/decisions") { request, _ in decisions(request) }
    router.get("/api/v1/history") { _, _ in Reply.json(board.historyJSON) }
    router.get("/api/v1/events") { _, _ in events() }
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
      out.array { out in for reason in readiness.reasons { out.value(reason) } }
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

  private func decisions(_ request: Request) -> Response {
    let text = request.uri.queryParameters["limit"].map(String.init)
    guard let limit = text == nil ? 50 : text.flatMap({ Int($0) }), 1...ServerLimits.decisions ~= limit else {
      return Reply.error(400, "bad_limit", "limit \(text ?? ""): must be from 1 to \(ServerLimits.decisions)")
    }
    return Reply.json { out in
      out.key("decisions")
      out.array { out in for decision in board.decisions(limit: limit) { out.raw(decision) } }
    }
  }

  /// Server-sent events (the HTML standard's § 9.2): the state now, then each event as it comes.
  private func events() -> Response {
    guard let events = board.subscribe() else {
      return Reply.error(503, "too_many_subscribers", "\(ServerLimits.subscribers) listen already")
    }
    let first = board.latest.snapshot
    let body = ResponseBody { writer in
      if let first { try await writer.write(Self.message(.status(first))) }
      for await event in events { try await writer.write(Self.message(event)) }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: Reply.headers("text/event-stream"), body: body)
  }

  private static func message(_ event: StatusBoard.Event) throws -> ByteBuffer {
    let (name, json) =
      switch event {
      case .status(let snapshot): ("status", try snapshot.encoded())
      case .decision(let json): ("decision", json)
      }
    var buffer = ByteBuffer(string: "event: \(name)\ndata: ")
    buffer.writeBytes(json)
    buffer.writeString("\n\n")
    return buffer
  }
}
