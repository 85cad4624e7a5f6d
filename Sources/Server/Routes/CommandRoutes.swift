import Core
import Foundation
import HTTPTypes
import Hummingbird

/// What may be asked of the bot. A resume is the second of two steps here as elsewhere: STOP must be gone, and it names
/// the latch.
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

  private struct ResumeRequest: Decodable {
    var latch_id: String?
  }

  private struct BacktestRequest: Decodable {
    var instrument: String?
    var timeframe: String?
    var policy: String?
    var from: String?
    var to: String?
  }

  private struct TradeRequest: Decodable {
    var instrument: String?
    var action: String?
    var fraction: String?
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
      return await answer(.rollBack(to: wish.policy.map(printable), reason: printable(wish.reason)))
    }
    router.post("/api/v1/promote") { request, _ in
      guard let policy = try await body(request, SwitchRequest()).policy else {
        throw Refusal(400, "policy_missing", "name the policy: {\"policy\": \"NAME\"}")
      }
      return await answer(.promote(printable(policy)))
    }
    for path in ["/api/v1/resume", "/api/live/start"] {
      router.post(RouterPath(path)) { request, _ in
        guard let latch = try await body(request, ResumeRequest()).latch_id, !latch.isEmpty else {
          throw Refusal(400, "latch_id_missing", "name the latch, as the status does: {\"latch_id\": \"L…\"}")
        }
        return await answer(.resume(latchID: printable(latch)))
      }
    }
    router.post("/api/v1/orders/{id}/cancel") { _, context in
      guard let id = ClientOrderID(try context.parameters.require("id")) else {
        throw Refusal(400, "bad_order", "an order is named like h123-e0")
      }
      return await answer(.cancel(id))
    }
    for path in ["/api/v1/trade", "/api/manual-trade"] {
      router.post(RouterPath(path)) { request, _ in await answer(try trade(try await body(request, TradeRequest()))) }
    }
    for path in ["/api/v1/backtest", "/api/backtest"] {
      router.post(RouterPath(path)) { request, _ in
        switch await commands.backtest(try backtest(try await body(request, BacktestRequest()))) {
        case .done(let json): return Reply.json(json)
        case .failed(let reason): throw Refusal(422, "backtest_failed", reason)
        case .busy: throw Refusal(409, "busy", "another backtest runs; ask again")
        }
      }
    }
    router.post("/api/v1/reload") { _, _ -> Response in
      throw Refusal(
        409, "nothing_to_reload",
        "settings, instruments and models are part of a session's record, so that it can be replayed: restart the bot to "
          + "take new ones; positions, protective stops and latches stay")
    }
  }

  /// The decision that a person asks for. Throws `Refusal`.
  private func trade(_ wish: TradeRequest) throws -> BotCommands.Wish {
    guard let instrument = wish.instrument, !instrument.isEmpty else {
      throw Refusal(400, "instrument_missing", "name the instrument: {\"instrument\": \"SYMBOL\", \"action\": …}")
    }
    let actions = Action.allCases.filter { $0 != .hold }
    guard let action = actions.first(where: { $0.name == wish.action }) else {
      throw Refusal(400, "bad_action", "action must be one of \(actions.map(\.name).joined(separator: ", "))")
    }
    guard let fraction = try? Rate(wish.fraction ?? "1"), fraction.isPositive, fraction.raw <= Rate.unit else {
      throw Refusal(400, "bad_fraction", "fraction must be a decimal above 0 and at most 1, as text: \"0.5\"")
    }
    return .trade(
      instrument: printable(instrument), action, fraction: fraction, reason: printable(wish.reason))
  }

  /// The backtest that is asked for. Throws `Refusal`.
  private func backtest(_ wish: BacktestRequest) throws -> BacktestWish {
    guard let timeframe = Timeframe(wish.timeframe ?? "1h") else {
      throw Refusal(400, "bad_timeframe", "timeframe: write a length such as 5m, 1h or 1d")
    }
    func day(_ name: String, _ text: String?) throws -> CalendarDay? {
      guard let text else { return nil }
      guard let day = CalendarDay(text) else {
        throw Refusal(400, "bad_day", "\(name): write a day such as 2024-01-31")
      }
      return day
    }
    guard let instrument = wish.instrument,
      let wish = BacktestWish(
        instrument: instrument, timeframe: timeframe, policy: wish.policy, from: try day("from", wish.from),
        to: try day("to", wish.to))
    else {
      throw Refusal(
        400, "bad_name", "instrument and policy: letters, digits, - and _, 32 at most, as `hrmbot data list` shows them"
      )
    }
    return wish
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

  private func answer(_ wish: BotCommands.Wish) async -> Response {
    guard let answer = await commands.ask(wish) else {
      return Reply.error(504, "no_answer", "the bot did not answer in time; see /api/v1/status")
    }
    if answer.hasPrefix("refused") { return Reply.error(409, "refused", answer) }
    return Reply.json { out in
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
