import Core

/// What the answers look like.
enum Schemas {
  private typealias Members = [(name: String, schema: Schema)]

  static let health = Schema.object([("status", .word(["ok", "dead"]))])
  static let readiness = Schema.object([("ready", .flag), ("reasons", .list(.text))])
  static let version = Schema.object([("mode", .text), ("synthetic", .flag), ("version", .text)])
  static let balance = Schema.object([
    ("cash_quote", .decimal), ("equity_quote", .decimal), ("fees_quote", .decimal), ("start_equity_quote", .decimal),
  ])
  static let positions = Schema.object([
    (
      "positions",
      .list(
        .object([
          ("instrument", .text), ("last_close", .orNull(.decimal)), ("quantity", .decimal), ("side", .side),
          ("unrealised_quote", .decimal),
        ]))
    )
  ])
  static let limits = Schema.object([
    ("limits", .list(.object([("limit", .text), ("name", .text), ("share", .number), ("used", .text)])))
  ])
  static let policy = Schema.object([
    ("evidence", .orNull(.text)), ("fallback_decisions", .whole), ("late_decisions", .whole),
    ("policies", .list(.text)),
    ("policy", .text), ("previous", .orNull(.text)), ("since", .orNull(.moment)), ("trigger", .orNull(.text)),
    ("untrained", .flag),
  ])
  static let policies = Schema.object([
    ("arithmetic", .orNull(.text)),
    ("policies", .list(.object([("name", .text), ("sha256", .text), ("untrained", .flag)]))), ("session", .whole),
    ("started_at", .orNull(.moment)),
  ])
  static let policyHistory = Schema.page(
    "changes",
    of: [
      ("at", .orNull(.moment)), ("evidence", .orNull(.text)), ("from", .orNull(.text)), ("sequence", .whole),
      ("to", .orNull(.text)), ("trigger", .orNull(.text)),
    ])
  static let logs = Schema.object([("lines", .list(.object([("at", .moment), ("level", .text), ("message", .text)])))])
  static let locks = Schema.object([
    (
      "locks",
      .list(
        .object([
          ("instrument", .orNull(.text)), ("name", .text), ("reason", .text), ("until", .orNull(.moment)),
        ]))
    ),
    ("reasons", .list(.text)), ("trading_state", .word(["active", "reducing", "halted"])),
  ])
  static let orders = Schema.page(
    "orders",
    of: [
      ("at", .orNull(.moment)), ("changed_at", .orNull(.moment)), ("decision_id", .orNull(.text)),
      ("filled_quantity", .decimal), ("id", .text), ("instrument", .orNull(.text)),
      ("kind", .orNull(.word(["market", "limit", "stop_market"]))), ("pair", .orNull(.text)),
      ("price", .orNull(.decimal)), ("quantity", .orNull(.decimal)), ("reduce_only", .flag),
      ("role", .orNull(.word(OrderRole.allCases.map(\.rawValue)))), ("sequence", .whole), ("side", .orNull(.trade)),
      ("state", .word(OrderState.allCases.map(\.rawValue))),
    ])
  static let fills = Schema.page(
    "fills",
    of: [
      ("at", .moment), ("fee_base", .decimal), ("fee_quote", .decimal), ("instrument", .text),
      ("liquidity", .word(["maker", "taker"])), ("order_id", .text),
      ("position_after", .object([("quantity", .decimal), ("side", .side)])), ("price", .decimal),
      ("quantity", .decimal), ("realised_quote", .decimal), ("sequence", .whole), ("side", .trade),
      ("trade_id", .whole),
    ])
  private static let tradeMembers: Members = [
    ("closed_at", .moment), ("closed_by", .text), ("entry_quote", .decimal), ("exit_quote", .decimal),
    ("fees_quote", .decimal), ("fills", .whole), ("instrument", .text), ("net_quote", .decimal), ("opened_at", .moment),
    ("opened_by", .text), ("quantity", .decimal), ("realised_quote", .decimal), ("sequence", .whole), ("side", .side),
  ]
  static let trades = Schema.page("trades", of: tradeMembers)
  private static let sums: Members = [
    ("fees_quote", .decimal), ("fills", .whole), ("losses", .whole), ("net_quote", .decimal),
    ("realised_quote", .decimal), ("trades", .whole), ("turnover_quote", .decimal), ("wins", .whole),
  ]
  static let profit = Schema.object(
    sums + [
      ("best_trade", .orNull(.object(tradeMembers))), ("unrealised_quote", .orNull(.decimal)),
      ("worst_trade", .orNull(.object(tradeMembers))),
    ])
  static let daily = Schema.object([("days", .list(.object(sums + [("day", .text)])))])
  static let performance = Schema.object([("instruments", .list(.object(sums + [("instrument", .text)])))])
  static let bars = Schema.page(
    "bars",
    of: [
      ("close", .orNull(.decimal)), ("high", .orNull(.decimal)), ("low", .orNull(.decimal)),
      ("open", .orNull(.decimal)),
      ("open_time", .orNull(.moment)), ("sequence", .whole), ("timeframe", .orNull(.text)),
      ("volume", .orNull(.decimal)),
    ])
  static let decisions = Schema.object([
    (
      "decisions",
      .list(
        .object([
          ("action", .text), ("at", .moment), ("close?", .decimal), ("final_action", .text), ("id", .text),
          ("instrument", .text), ("policy", .text), ("quantity?", .decimal), ("segments?", .whole),
          ("skip_reason?", .text), ("untrained", .flag),
        ]))
    )
  ])
  private static let record = Schema.object([("kind", .text), ("payload", .anyObject), ("sequence", .whole)])
  static let decision = Schema.object([
    ("explanation", .text), ("material", .object([("decision", record), ("following", .list(record))])),
  ])
  static let history = Schema.object([("equity", .list(.list(.any))), ("prices", .anyObject)])
  static let stopping = Schema.object([("level", .word(StopLevel.allCases.map(\.rawValue))), ("status", .text)])
}
