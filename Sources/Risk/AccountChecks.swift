import Core

// Checks of the account after the order: position, exposure, cash. Sizing keeps within them; they refuse when not even
// the smallest order fits, and say by how much.
extension RiskStage {
  func checkAccount(
    _ index: Int, _ sizing: Sizing, _ environment: RiskEnvironment, _ list: inout CheckList
  ) {
    let added = sizing.worstPrice * sizing.probe
    let reserved = environment.reservedQuote
    if let limit = try? positionLimit(), let position = try? values[index].absolute.adding(added) {
      list.atMost(.positionLimit, Measure(position), Measure(limit))
    } else {
      list.missing(.positionLimit)
    }
    if let exposure = try? grossQuote.adding(reserved).adding(added) {
      list.atMost(.grossExposure, Measure(exposure), Measure(limits.maxGrossExposureQuote))
    } else {
      list.missing(.grossExposure)
    }
    if let available = availableQuote(reserved: reserved) {
      list.atMost(.availableBalance, Measure(sizing.unitCost * sizing.probe), Measure(available))
    } else {
      list.missing(.availableBalance)
    }
  }
}
