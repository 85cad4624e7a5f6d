/// What can go wrong in a simulated world. Names are part of the command line and of reports.
public enum FaultKind: String, Sendable, CaseIterable, Codable {
  // The connection to the venue.
  case disconnect
  case lostOrder = "lost_order"
  case lostAcknowledgement = "lost_acknowledgement"
  case lateAcknowledgement = "late_acknowledgement"
  case serverError = "server_error"
  case rateLimit = "rate_limit"
  case lostCancel = "lost_cancel"
  case cancelFillRace = "cancel_fill_race"
  case lostQuery = "lost_query"
  case duplicateReport = "duplicate_report"
  case disorderedReport = "disordered_report"
  case lateReport = "late_report"
  case lostReport = "lost_report"
  case staleSnapshot = "stale_snapshot"
  // The venue's own behaviour.
  case reject
  case partialFill = "partial_fill"
  case fillAfterCancel = "fill_after_cancel"
  case unaskedCancel = "unasked_cancel"
  // Market data.
  case lostBar = "lost_bar"
  case duplicateBar = "duplicate_bar"
  case disorderedBar = "disordered_bar"
  case lateBar = "late_bar"
  case feedSilence = "feed_silence"
  // The network that thinks.
  case lateThought = "late_thought"
  case failedThought = "failed_thought"
  // The machine.
  case clockJump = "clock_jump"
  case slowDisk = "slow_disk"
  case fullDisk = "full_disk"
  case brokenDisk = "broken_disk"
  case tornWrite = "torn_write"
  case crash
  // People.
  case stop
  case stopWhileDown = "stop_while_down"
  case tradeByHand = "trade_by_hand"
  case cancelByHand = "cancel_by_hand"

  /// Chance at each opportunity, for those that have opportunities; the others come by themselves, `perDay`.
  var chance: Double {
    switch self {
    case .lostOrder, .serverError, .rateLimit, .reject: 0.03
    case .lostAcknowledgement, .lateAcknowledgement: 0.05
    case .lostCancel, .lostQuery: 0.05
    case .cancelFillRace: 0.05
    case .duplicateReport, .disorderedReport, .lateReport: 0.05
    case .lostReport, .staleSnapshot, .fillAfterCancel: 0.03
    case .partialFill: 0.2
    case .unaskedCancel: 0.02
    case .lostBar, .duplicateBar, .disorderedBar, .lateBar: 0.004
    case .lateThought, .failedThought: 0.05
    case .tornWrite: 0.5
    case .stopWhileDown: 0.05
    case .disconnect, .feedSilence, .clockJump, .slowDisk, .fullDisk, .brokenDisk, .crash, .stop, .tradeByHand,
      .cancelByHand:
      0
    }
  }

  /// Occurrences a day of those that come by themselves.
  var perDay: Double {
    switch self {
    case .disconnect: 12
    case .feedSilence: 3
    case .clockJump: 3
    case .slowDisk: 4
    case .fullDisk, .brokenDisk: 2
    case .crash: 6
    case .stop: 4
    case .tradeByHand: 24
    case .cancelByHand: 48
    default: 0
    }
  }
}
