import Core
import Hummingbird
import Journal

/// The end of the log, and what keeps the bot from trading.
struct LogRoutes: Sendable {
  let board: StatusBoard
  /// The last lines of the log, oldest first, each one JSON object.
  let lines: @Sendable () -> [[UInt8]]

  func add<Context: RequestContext>(to router: Router<Context>) {
    router.get("/api/v1/logs") { request, _ in
      let page = try Page(request, maximum: ServerLimits.logLines)
      let lines = lines().suffix(page.limit).reversed()
      return Reply.json { out in
        out.key("lines")
        out.array { out in for line in lines { out.raw(line) } }
      }
    }
    router.get("/api/v1/locks") { _, _ in
      guard let snapshot = board.latest.snapshot else { return Reply.starting }
      let readiness = board.readiness
      return Reply.json { out in
        out.key("locks")
        out.array { out in for lock in snapshot.locks ?? [] { out.object { lock.write(&$0) } } }
        out.key("reasons")
        out.strings(readiness.reasons)
        out.key("trading_state")
        out.value(snapshot.tradingState.rawValue)
      }
    }
  }
}

extension StatusSnapshot.Lock {
  fileprivate func write(_ out: inout CanonicalJSON) {
    out.key("instrument")
    out.optional(instrument)
    out.key("name")
    out.value(name)
    out.key("reason")
    out.value(reason)
    out.key("until")
    out.optional(until?.description)
  }
}
