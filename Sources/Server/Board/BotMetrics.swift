import Core

/// A bot's figures for Prometheus.
package enum BotMetrics {
  /// The text of `/metrics`.
  package static func text(
    _ snapshot: StatusSnapshot?, _ readiness: Readiness, ageMillis: Int64, deliveries: [DeliveryCounts] = []
  ) -> String {
    var out = MetricsText()
    out.flag("up", "The trading loop turned within the last seconds.", readiness.isAlive)
    out.flag("ready", "Nothing keeps the bot from trading.", readiness.isReady)
    notifications(deliveries, &out)
    guard let snapshot else { return out.text }
    out.family(
      "not_ready_reason", .gauge, "Why the bot could not trade.", readiness.reasons.map { ([("reason", $0)], "1") })
    out.figure("loop_age_seconds", .gauge, "Time since the trading loop last spoke.", Double(ageMillis) / 1000)
    about(snapshot, &out)
    stops(snapshot, &out)
    money(snapshot, &out)
    trading(snapshot, &out)
    plumbing(snapshot, &out)
    return out.text
  }

  private static func notifications(_ deliveries: [DeliveryCounts], _ out: inout MetricsText) {
    func samples(_ count: (DeliveryCounts) -> UInt64) -> [(labels: [(String, String)], value: String)] {
      deliveries.map { ([("channel", $0.channel)], "\(count($0))") }
    }
    out.family("notifications_sent_total", .counter, "Notifications delivered.", samples(\.sent))
    out.family(
      "notifications_failed_total", .counter, "Tries to deliver a notification that failed.", samples(\.failed))
    out.family("notifications_dropped_total", .counter, "Notifications that nobody will get.", samples(\.dropped))
    out.family(
      "notifications_waiting", .gauge, "Notifications still to be delivered.", samples { UInt64($0.waiting) })
  }

  private static func about(_ snapshot: StatusSnapshot, _ out: inout MetricsText) {
    out.family(
      "build_info", .gauge, "What runs.",
      [
        (
          [
            ("version", snapshot.build), ("mode", snapshot.mode), ("policy", snapshot.policy),
            ("timeframe", snapshot.timeframe.description),
          ], "1"
        )
      ])
    out.flag("synthetic", "Prices are SYNTHETIC.", snapshot.isSynthetic)
    out.flag("untrained", "The network in charge was never trained.", snapshot.isUntrained)
    out.figure(
      "start_time_seconds", .gauge, "Start of the bot, since 1970.", Double(snapshot.startedAt.milliseconds) / 1000)
  }

  private static func stops(_ snapshot: StatusSnapshot, _ out: inout MetricsText) {
    let states: [TradingState] = [.active, .reducing, .halted]
    out.family(
      "trading_state", .gauge, "1 at the state that holds.",
      states.map { ([("state", $0.rawValue)], snapshot.tradingState == $0 ? "1" : "0") })
    out.family(
      "stop_latched", .gauge, "1 at the source of the stop that holds.",
      StopSource.allCases.map { ([("source", $0.rawValue)], snapshot.latch?.source == $0 ? "1" : "0") })
    out.family(
      "stops_total", .counter, "Wishes to stop by source.",
      StopSource.allCases.map { source in
        let count = snapshot.stops.first { $0.name == source.rawValue }?.count ?? 0
        return ([("source", source.rawValue)], "\(count)")
      })
    out.figure("refused_resumes_total", .counter, "Resumes that were refused.", snapshot.refusedResumes)
    out.family(
      "degraded", .gauge, "Conditions under which nothing is opened.",
      snapshot.degradations.map { ([("condition", $0)], "1") })
  }

  private static func money(_ snapshot: StatusSnapshot, _ out: inout MetricsText) {
    out.figure("equity_quote", .gauge, "Cash and positions at the last closes.", snapshot.equityQuote)
    out.figure("start_equity_quote", .gauge, "Equity that the account began with.", snapshot.startEquityQuote)
    out.figure("cash_quote", .gauge, "Cash.", snapshot.cashQuote)
    out.figure("fees_quote_total", .counter, "Fees paid.", snapshot.feesQuote)
    out.family(
      "position", .gauge, "Position, negative when short.",
      snapshot.instruments.map { instrument in
        let sign = instrument.position.side == .short ? "-" : ""
        return ([("instrument", instrument.symbol)], sign + instrument.position.quantity.description)
      })
    out.family(
      "unrealised_quote", .gauge, "Result of the open position at the last close.",
      snapshot.instruments.map { ([("instrument", $0.symbol)], $0.unrealisedQuote.description) })
    out.family(
      "limit_used_ratio", .gauge, "Share of a limit that is used; 1 is all of it.",
      snapshot.limits.map { ([("limit", $0.name)], "\($0.share)") })
  }

  private static func trading(_ snapshot: StatusSnapshot, _ out: inout MetricsText) {
    out.figure("bars_total", .counter, "Bars taken.", snapshot.bars)
    out.family(
      "decisions_total", .counter, "Decisions by the action wished.",
      snapshot.decisionsByAction.map { ([("action", $0.name)], "\($0.count)") })
    out.family(
      "vetoes_total", .counter, "Wishes refused by the check that refused.",
      snapshot.vetoes.map { ([("check", $0.name)], "\($0.count)") })
    out.figure("late_decisions_total", .counter, "Answers after the deadline.", snapshot.lateDecisions)
    out.figure("fallback_decisions_total", .counter, "Decisions of a fallback.", snapshot.fallbackDecisions)
    out.family(
      "orders_total", .counter, "Orders by what became of them.",
      [
        ([("result", "sent")], "\(snapshot.orders)"), ([("result", "rejected")], "\(snapshot.rejected)"),
      ])
    out.figure("fills_total", .counter, "Fills.", snapshot.fills)
    out.figure("unknown_orders", .gauge, "Orders of unknown outcome.", snapshot.unknownOrders)
    out.family(
      "segments_total", .counter, "Decisions by the segments thought.",
      snapshot.depthHistogram.enumerated().map { ([("segments", "\($0.offset)")], "\($0.element)") })
    out.family(
      "decision_seconds", .summary, "Time of the network for a decision.",
      quantiles(snapshot.decisionMicrosP50, snapshot.decisionMicrosP99))
    out.family(
      "path_seconds", .summary, "Time from a bar to its order, without the network.",
      quantiles(snapshot.pathMicrosP50, snapshot.pathMicrosP99))
  }

  private static func plumbing(_ snapshot: StatusSnapshot, _ out: inout MetricsText) {
    out.figure("feed_age_seconds", .gauge, "Age of the newest bar.", snapshot.feedAgeMillis.map { Double($0) / 1000 })
    out.figure("stale_instruments", .gauge, "Instruments without fresh data.", snapshot.staleInstruments.count)
    out.family(
      "feed_problems_total", .counter, "What was wrong with the data.",
      snapshot.feedProblems.map { ([("problem", $0.name)], "\($0.count)") })
    out.flag("journal_healthy", "The journal can be written.", snapshot.isJournalHealthy)
    out.figure("journal_records", .gauge, "Records in the journal.", snapshot.journalRecords)
    out.figure("refused_errands_total", .counter, "Errands to the venue whose queue was full.", snapshot.refusedErrands)
    if let isConnected = snapshot.isVenueConnected {
      out.flag("venue_connected", "A session with the venue stands.", isConnected)
    }
    out.figure("venue_sessions_total", .counter, "Sessions with the venue.", snapshot.venueSessions)
  }

  private static func quantiles(
    _ medianMicros: Double?, _ tailMicros: Double?
  ) -> [(labels: [(String, String)], value: String)] {
    guard let median = medianMicros, let tail = tailMicros else { return [] }
    return [([("quantile", "0.5")], "\(median / 1e6)"), ([("quantile", "0.99")], "\(tail / 1e6)")]
  }
}
