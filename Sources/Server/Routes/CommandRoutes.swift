import Core
import Foundation
import HTTPTypes
import Hummingbird

/// What may be asked of the bot. A resume is not among it: it takes two steps at the control directory.
struct CommandRoutes: Sendable {
  let commands: BotCommands

  private struct StopRequest: Decodable {
    var level: StopLevel?
    var reason: String?
  }

  private struct SwitchRequest: Decodable {
    var policy: String?
    var reason: String?
  }

  func add<Context: RequestContext>(to router: Router<Context>) {
    for path in ["/api/v1/stop", "/api/live/stop"] {
      router.post(RouterPath(path)) { request, _ in try await stop(request, nil) }
    }
    router.post("/api/v1/pause") { request, _ in try await stop(request, .reduce) }
    router.post("/api/v1/flatten") { request, _ in try await stop(request, .flatten) }
    router.post("/api/v1/rollback") { request, _ in
      let wish = try await body(request, SwitchRequest())
      return await answer(.rollBack(to: wish.policy, reason: printable(wish.reason)))
    }
    router.post("/api/v1/promote") { request, _ in
      guard let policy = try await body(request, SwitchRequest()).policy else {
        return Reply.error(400, "policy_missing", "name the policy: {\"policy\": \"NAME\"}")
      }
      return await answer(.promote(policy))
    }
  }

  /// Stops whatever the body is: a stop that cannot be read is a stop.
  private func stop(_ request: Request, _ level: StopLevel?) async throws -> Response {
    let wish = (try? await body(request, StopRequest())) ?? StopRequest()
    let level = level ?? wish.level ?? .stop
    commands.stop(level, printable(wish.reason))
    return Reply.json(status: .accepted) { out in
      out.key("level")
      out.value(level.rawValue)
      out.key("status")
      out.value("stopping")
    }
  }

  private func answer(_ wish: BotCommands.PolicySwitch) async -> Response {
    guard let answer = await commands.switchPolicy(wish) else {
      return Reply.error(504, "no_answer", "the bot did not answer in time; see /api/v1/status")
    }
    let isRefused = answer.hasPrefix("refused")
    return Reply.json(status: isRefused ? .conflict : .ok) { out in
      out.key("answer")
      out.value(answer)
    }
  }

  /// What the body says; `empty` for no body. Throws `HTTPError` where it is too large or no such object.
  private func body<Wish: Decodable>(_ request: Request, _ empty: Wish) async throws -> Wish {
    let bytes = try await request.body.collect(upTo: ServerLimits.bodyBytes)
    guard bytes.readableBytes > 0 else { return empty }
    do {
      return try JSONDecoder().decode(Wish.self, from: Data(bytes.readableBytesView))
    } catch {
      throw HTTPError(.badRequest)
    }
  }

  /// Reasons go to logs and terminals: one line of printable ASCII, and not long.
  private func printable(_ text: String?) -> String {
    String((text ?? "").unicodeScalars.filter { $0.value >= 32 && $0.value < 127 }.prefix(200).map(Character.init))
  }
}
