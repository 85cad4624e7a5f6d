import Core

extension RiskStage {
  /// Judges a decision. `now` is the moment of the judgement; `observation` is the one that was decided on.
  ///
  /// An approval is remembered at once (order rate, repetitions, pending order), so the order counts even if it is lost
  /// on its way. `keepsChecks` false: nobody reads the verdict's list of checks, which stays empty.
  public mutating func judge(
    _ decision: Decision, _ observation: Observation, now: Timestamp, environment: RiskEnvironment,
    keepsChecks: Bool = true
  ) -> Verdict {
    if now > lastTime { counters.latestMoment = now }
    let index = Int(decision.instrument.index)
    guard index < values.count else {
      var list = CheckList(isKept: keepsChecks)
      list.missing(.inputMissing)
      return Self.refusal(decision, list)
    }
    if decision.action.isClosing {
      let sizing = closingSize(index, side: decision.action == .closeLong ? .sell : .buy, now: now)
      let list = checkReducing(index, decision, observation, environment, sizing, CheckList(isKept: keepsChecks))
      return conclude(index, decision, sizing, list, now)
    }
    var sizing: Sizing?
    let missing = missingInputs(index, decision, observation, environment)
    if decision.action.isOpening, missing == 0 {
      sizing = openingSize(index, decision, observation, reserved: environment.reservedQuote, now: now)
    }
    let list = checkOpening(
      index, decision, observation, environment, sizing, missing, now, CheckList(isKept: keepsChecks))
    return conclude(index, decision, sizing, list, now)
  }

  private mutating func conclude(
    _ index: Int, _ decision: Decision, _ sizing: Sizing?, _ list: CheckList, _ now: Timestamp
  ) -> Verdict {
    if decision.action == .hold {
      return Verdict(
        decisionSequence: decision.sequence, finalAction: .hold, finalQuantity: .zero, skipReason: .policyHold,
        checks: list.results, order: nil)
    }
    guard list.vetoCount == 0, let sizing, let side = decision.action.side else {
      // Only an order that nothing else stood against is one too many.
      if list.vetoCount == 1, list.firstVeto == .repeatedExecution, isTooRepetitive(index, decision) {
        tripThrottle(index)
      }
      return Self.refusal(decision, list)
    }
    let isOpening = decision.action.isOpening
    let request = OrderRequest(
      clientID: ClientOrderID(sequence: decision.sequence, role: isOpening ? .entry : .exit),
      instrument: decision.instrument, side: side, kind: .market, quantity: sizing.quantity, isReduceOnly: !isOpening)
    remember(request, index, now: now)
    return Verdict(
      decisionSequence: decision.sequence, finalAction: decision.action, finalQuantity: sizing.quantity,
      skipReason: nil, checks: list.results,
      order: ApprovedOrder(
        request: request, collar: sizing.collar, stopDistance: sizing.stopDistance,
        takeProfitDistance: sizing.takeProfitDistance))
  }

  private static func refusal(_ decision: Decision, _ list: CheckList) -> Verdict {
    Verdict(
      decisionSequence: decision.sequence, finalAction: .hold, finalQuantity: .zero,
      skipReason: list.skipReason ?? .veto(.inputMissing), checks: list.results, order: nil)
  }

  /// Everything that stands between a decision and a new position, in the order of `RiskCheck`. For `hold` the same list
  /// is a record of the moment: what concerns an order's size is not applicable.
  private func checkOpening(
    _ index: Int, _ decision: Decision, _ observation: Observation, _ environment: RiskEnvironment,
    _ sizing: Sizing?, _ missing: Int, _ now: Timestamp, _ empty: CheckList
  ) -> CheckList {
    var list = empty
    list.require(.tradingState, environment.tradingState == .active)
    list.require(.stopLatch, environment.latchLevel == nil)
    checkLegalOpening(index, decision, observation, &list)
    list.atMost(.inputMissing, Measure(missing), .zero)
    checkDataAge(observation, now, &list)
    list.require(.dataGap, !observation.quality.contains(.gap))
    checkClockSkew(environment, &list)
    checkCalendar(index, now, &list)
    checkOpeningCollar(index, observation, &list)
    checkSize(index, decision.action, sizing, environment, &list)
    checkLosses(now, &list)
    checkRate(index, decision, now, &list)
    checkSpread(observation, now, &list)
    checkVolatility(observation, &list)
    checkModel(decision, &list)
    list.require(.journalHealthy, environment.isJournalHealthy)
    list.require(.venueReady, environment.isVenueReady)
    list.atMost(.unknownOrders, Measure(environment.unknownOrders), .zero)
    return list
  }

  /// What stands between a decision and a smaller position. Nothing here looks at the age of data or at losses: they
  /// must never hold anybody in a position.
  private func checkReducing(
    _ index: Int, _ decision: Decision, _ observation: Observation, _ environment: RiskEnvironment,
    _ sizing: Sizing?, _ empty: CheckList
  ) -> CheckList {
    var list = empty
    list.require(.tradingState, environment.tradingState != .halted)
    list.require(.stopLatch, environment.latchLevel == nil || environment.latchLevel == .reduce)
    checkLegalClosing(index, decision, &list)
    checkReducingCollar(index, observation, sizing, &list)
    checkClosingSize(index, sizing, &list)
    list.require(.repeatedExecution, decision.sequence > counters.lastSequence)
    list.require(.venueReady, environment.isVenueReady)
    return list
  }
}
