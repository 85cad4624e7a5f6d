import Core

// Checks of what may be done at all.
extension RiskStage {
  /// Opening is legal from flat, by the policy's mask, the observation and the account as it is now, with no order of
  /// the instrument on its way.
  func checkLegalOpening(
    _ index: Int, _ decision: Decision, _ observation: Observation, _ list: inout CheckList
  ) {
    let action = decision.action
    let held = LegalMask(position: tradableSide(index), isShortable: instruments.instruments[index].isShortable)
    let isIdle = counters.instruments[index].entry == nil && counters.instruments[index].exit == nil
    list.require(
      .legalAction,
      decision.legalMask.contains(action) && observation.legalMask.contains(action) && held.contains(action)
        && (isIdle || action == .hold))
  }

  /// Closing is legal on the side that is held now, whatever was seen when it was decided.
  func checkLegalClosing(_ index: Int, _ decision: Decision, _ list: inout CheckList) {
    let held = LegalMask(position: tradableSide(index), isShortable: false)
    list.require(.legalAction, held.contains(decision.action))
  }

  /// The side that is held, of dust none.
  private func tradableSide(_ index: Int) -> PositionSide {
    counters.instruments[index].position.tradable(under: instruments.instruments[index].rules(at: lastTime)).side
  }
}
