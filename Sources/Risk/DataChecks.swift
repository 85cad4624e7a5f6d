import Core

// Checks of the data that was decided on: there, whole, recent, from an open market.
extension RiskStage {
  /// How many inputs of an opening are missing or make no sense.
  func missingInputs(
    _ index: Int, _ decision: Decision, _ observation: Observation, _ environment: RiskEnvironment
  ) -> Int {
    var count = 0
    let isSameBar =
      observation.instrument == decision.instrument && observation.bar.instrument == decision.instrument
      && observation.timeframe == timeframe && decision.timeframe == timeframe
      && observation.bar.timeframe == timeframe && decision.barClose == observation.bar.closeTime
    if !isSameBar { count += 1 }
    let unusable: QualityFlags = limits.needsIndicators ? [.warmingUp, .nonFinite, .preRoll] : [.nonFinite, .preRoll]
    if !observation.quality.isDisjoint(with: unusable) { count += 1 }
    if !observation.bar.isConsistent { count += 1 }
    if counters.instruments[index].lastClose == nil { count += 1 }
    if !counters.isAccountKnown { count += 1 }
    if decision.quantityFraction.isNegative || decision.quantityFraction > .one { count += 1 }
    if limits.stopATR.isPositive, observation.averageTrueRange?.isNegative ?? true { count += 1 }
    if volatilityScale(index, observation) == nil { count += 1 }
    if environment.reservedQuote.isNegative || environment.unknownOrders < 0 { count += 1 }
    return count
  }

  /// Milliseconds from `moment` to `now`; nil if they do not fit.
  func age(of moment: Timestamp, at now: Timestamp) -> Int? {
    let (age, overflow) = now.milliseconds.subtractingReportingOverflow(moment.milliseconds)
    return overflow ? nil : Int(age)
  }

  /// Data from the future beyond the clock skew is as wrong as old data.
  func isRecent(_ age: Int) -> Bool { age <= limits.maxDataAgeMillis && age >= -limits.maxClockSkewMillis }

  func checkDataAge(_ observation: Observation, _ now: Timestamp, _ list: inout CheckList) {
    let limit = Measure(limits.maxDataAgeMillis)
    guard let age = age(of: observation.bar.closeTime, at: now) else { return list.missing(.dataAge, limit: limit) }
    if age < 0 { return list.atLeast(.dataAge, Measure(age), Measure(-limits.maxClockSkewMillis)) }
    list.atMost(.dataAge, Measure(age), limit)
  }

  func checkClockSkew(_ environment: RiskEnvironment, _ list: inout CheckList) {
    if environment.isVirtualTime { return list.notApplicable(.clockSkew) }
    let limit = Measure(limits.maxClockSkewMillis)
    guard let skew = environment.clockSkewMillis else { return list.missing(.clockSkew, limit: limit) }
    list.atMost(.clockSkew, Measure(skew).absolute, limit)
  }

  func checkCalendar(_ index: Int, _ now: Timestamp, _ list: inout CheckList) {
    // A bar of a day or more ends when the market is closed; its order waits for the next open.
    if timeframe >= .oneDay { return list.notApplicable(.calendar) }
    list.require(.calendar, instruments.instruments[index].calendar.phase(at: now) == .open)
  }
}
