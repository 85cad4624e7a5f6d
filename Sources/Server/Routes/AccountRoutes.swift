import Core
import HTTPTypes
import Hummingbird
import Journal

/// Parts of the state by themselves, under the names of this version and under those that clients of the bot's predecessor ask.
struct AccountRoutes: Sendable {
  let board: StatusBoard

  func add<Context: RequestContext>(to router: Router<Context>) {
    let routes: [(paths: [String], write: @Sendable (StatusSnapshot, inout CanonicalJSON) -> Void)] = [
      (["/api/v1/version"], Self.version), (["/api/v1/balance", "/api/funds"], Self.balance),
      (["/api/v1/positions", "/api/trading/positions"], Self.positions), (["/api/v1/limits"], Self.limits),
      (["/api/v1/policy"], Self.policy),
    ]
    for (paths, write) in routes {
      for path in paths { router.get(RouterPath(path)) { _, _ in answer(write) } }
    }
  }

  private func answer(_ write: (StatusSnapshot, inout CanonicalJSON) -> Void) -> Response {
    guard let snapshot = board.latest.snapshot else { return Reply.starting }
    return Reply.json { write(snapshot, &$0) }
  }

  @Sendable private static func version(_ snapshot: StatusSnapshot, _ out: inout CanonicalJSON) {
    out.key("mode")
    out.value(snapshot.mode)
    out.key("synthetic")
    out.value(snapshot.isSynthetic)
    out.key("version")
    out.value(snapshot.build)
  }

  @Sendable private static func balance(_ snapshot: StatusSnapshot, _ out: inout CanonicalJSON) {
    out.key("cash_quote")
    out.value(snapshot.cashQuote)
    out.key("equity_quote")
    out.value(snapshot.equityQuote)
    out.key("fees_quote")
    out.value(snapshot.feesQuote)
    out.key("start_equity_quote")
    out.value(snapshot.startEquityQuote)
  }

  @Sendable private static func positions(_ snapshot: StatusSnapshot, _ out: inout CanonicalJSON) {
    out.key("positions")
    out.array { out in
      for instrument in snapshot.instruments {
        out.object { out in
          out.key("instrument")
          out.value(instrument.symbol)
          out.key("last_close")
          out.optional(instrument.lastClose)
          out.key("quantity")
          out.value(instrument.position.quantity)
          out.key("side")
          out.value(instrument.position.side.name)
          out.key("unrealised_quote")
          out.value(instrument.unrealisedQuote)
        }
      }
    }
  }

  @Sendable private static func limits(_ snapshot: StatusSnapshot, _ out: inout CanonicalJSON) {
    out.key("limits")
    out.array { out in
      for limit in snapshot.limits {
        out.object { out in
          out.key("limit")
          out.value(limit.limit)
          out.key("name")
          out.value(limit.name)
          out.key("share")
          out.value(limit.share)
          out.key("used")
          out.value(limit.used)
        }
      }
    }
  }

  @Sendable private static func policy(_ snapshot: StatusSnapshot, _ out: inout CanonicalJSON) {
    let change = snapshot.policyChange
    out.key("evidence")
    out.optional(change?.evidence)
    out.key("fallback_decisions")
    out.value(snapshot.fallbackDecisions)
    out.key("late_decisions")
    out.value(snapshot.lateDecisions)
    out.key("policies")
    out.strings(snapshot.policies ?? [])
    out.key("policy")
    out.value(snapshot.policy)
    out.key("previous")
    out.optional(change?.previous)
    out.key("since")
    out.optional(change?.at?.description)
    out.key("trigger")
    out.optional(change?.trigger)
    out.key("untrained")
    out.value(snapshot.isUntrained)
  }
}
