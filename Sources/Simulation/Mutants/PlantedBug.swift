/// Bugs that trading bots really had, planted at the seams of the simulated process: the checks must catch each.
public enum PlantedBug: String, Sendable, CaseIterable, Codable {
  case resendOnTimeout = "resend_on_timeout"
  case countFillTwice = "count_fill_twice"
  case forgetFees = "forget_fees"
  case forgetBaseFees = "forget_base_fees"
  case clearLatchOnRestart = "clear_latch_on_restart"
  case staleGateAfterAwait = "stale_gate_after_await"
  case stopAtOldQuantity = "stop_at_old_quantity"
  case skipFsync = "skip_fsync"
  case loseInFlightExposure = "lose_in_flight_exposure"
  case stopRoundedTowardsMarket = "stop_rounded_towards_market"
  case cancelDoneBeforeConfirmed = "cancel_done_before_confirmed"
  case dayInWrongZone = "day_in_wrong_zone"
  case fillCursorOffByOne = "fill_cursor_off_by_one"
  case gateNotAsked = "gate_not_asked"
  case unknownTakenForRefusal = "unknown_taken_for_refusal"
  case idsBeginAnewAfterRestart = "ids_begin_anew_after_restart"
  case tradesForgottenAtRestart = "trades_forgotten_at_restart"
  case stopOnWrongSide = "stop_on_wrong_side"
  case quantityOffTheLot = "quantity_off_the_lot"
  case pairLegLeftAlive = "pair_leg_left_alive"

  /// What a programmer would have done to make it.
  public var summary: String {
    switch self {
    case .resendOnTimeout: "an order without an answer is sent again"
    case .countFillTwice: "a fill that is reported twice counts twice"
    case .forgetFees: "fees are left out of the books"
    case .forgetBaseFees: "fees taken from what was bought stay in the position"
    case .clearLatchOnRestart: "a restart forgets the stop"
    case .staleGateAfterAwait: "the last gate is asked, and then waited"
    case .stopAtOldQuantity: "a replaced protective stop keeps the old quantity"
    case .skipFsync: "an intent counts as durable before it is on disk"
    case .loseInFlightExposure: "orders in flight take up no limit"
    case .stopRoundedTowardsMarket: "a stop's price is rounded to the wrong side"
    case .cancelDoneBeforeConfirmed: "a cancel counts as done when it is sent"
    case .dayInWrongZone: "the trading day begins at midnight UTC"
    case .fillCursorOffByOne: "the list of fills is read from one too late"
    case .gateNotAsked: "nobody asks the gate before the wire"
    case .unknownTakenForRefusal: "no answer is taken for a refusal"
    case .idsBeginAnewAfterRestart: "order ids begin anew after a restart"
    case .tradesForgottenAtRestart: "a restart forgets which fills were counted"
    case .stopOnWrongSide: "a protective stop is sent for the side of the position"
    case .quantityOffTheLot: "quantities are not brought to the lot"
    case .pairLegLeftAlive: "a pair is sent as two orders that know nothing of each other"
    }
  }
}
