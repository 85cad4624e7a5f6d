import Core

// The limits on losses: the trading day, the peak, and the stops they ask for.
extension RiskStage {
  /// The loss that a share of `equity` amounts to, rounded down.
  func lossLimit(of equity: Money, _ share: Rate) -> Money {
    (try? equity.scaled(by: share, rounding: .down)) ?? .zero
  }

  /// Loss since the start of the day, negative for a gain; nil: not known.
  var dailyLossQuote: Money? {
    guard counters.isDayStartKnown, counters.isAccountKnown else { return nil }
    return try? counters.dayStartEquityQuote.subtracting(equityQuote)
  }

  /// Fall from the peak; nil: not known.
  var drawdownQuote: Money? {
    guard counters.isPeakKnown, counters.isAccountKnown else { return nil }
    return try? counters.equityPeakQuote.subtracting(equityQuote)
  }

  /// The account's trading day at a moment, in days since 1970.
  package func tradingDay(of moment: Timestamp) -> Int {
    guard let zone = limits.dayZone else {
      return instruments.instruments[0].calendar.tradingDay(of: moment).daysSinceEpoch
    }
    return CalendarDay(moment.adding(milliseconds: Int64(zone.offsetMinutes(at: moment)) * 60_000)).daysSinceEpoch
  }

  /// A time around a moment in which `tradingDay(of:)` surely stays the same: the day, or the minute where clocks change.
  private func sameDay(around moment: Timestamp) -> (begin: Int64, end: Int64) {
    let length: Int64, offset: Int64
    switch limits.dayZone ?? instruments.instruments[0].calendar.session?.zone {
    case .fixed(let minutes): (length, offset) = (86_400_000, Int64(minutes) * 60_000)
    case .newYork: (length, offset) = (60_000, 0)
    case nil: (length, offset) = (86_400_000, 0)
    }
    // At the ends of time it wraps into a span that holds no moment: then the day is looked up.
    let rest = (moment.milliseconds &+ offset) % length
    let begin = moment.milliseconds &- (rest < 0 ? rest + length : rest)
    return (begin, begin &+ length)
  }

  /// Starts a new trading day with the equity before its first bar, so that the night's jump counts to it. The day is
  /// the account's; a clock that goes back does not bring an old day back.
  @inline(__always)
  mutating func rollDay(_ now: Timestamp) {
    if now.milliseconds < knownDay.begin || now.milliseconds >= knownDay.end { beginDay(now) }
  }

  private mutating func beginDay(_ now: Timestamp) {
    knownDay = sameDay(around: now)
    let day = tradingDay(of: now)
    if let current = counters.tradingDay, day <= current { return }
    let isFirst = counters.tradingDay == nil
    counters.tradingDay = day
    counters.dayStartEquityQuote = equityQuote
    dailyLossLimit = lossLimit(of: counters.dayStartEquityQuote, limits.maxDailyLoss)
    counters.isDailyLossTripped = false
    if isFirst, counters.equityPeakQuote < equityQuote {
      counters.equityPeakQuote = equityQuote
      drawdownLimit = lossLimit(of: equityQuote, limits.maxDrawdown)
    }
  }

  /// The end of a cool-down that begins at `start`.
  func endOfCoolDown(from start: Timestamp) -> Timestamp {
    let (length, isTooLong) = Int64(limits.coolDownSeconds).multipliedReportingOverflow(by: 1000)
    let (end, isTooLate) = start.milliseconds.addingReportingOverflow(length)
    return isTooLong || isTooLate ? Timestamp(milliseconds: .max) : Timestamp(milliseconds: end)
  }

  /// Ends the cool-down when its time has come, and the streak with it.
  @inline(__always)
  mutating func passCoolDown(_ now: Timestamp) {
    guard let until = counters.coolDownUntil else { return }
    // A venue's or a clock's wrong time must not make it last longer than it can.
    counters.coolDownUntil = min(until, endOfCoolDown(from: now))
    guard now >= until else { return }
    counters.coolDownUntil = nil
    counters.consecutiveLosses = 0
  }

  /// Asks once for a stop when a loss is beyond its limit.
  mutating func tripLossLimits(_ equity: Money) {
    if !counters.isDailyLossTripped, let loss = dailyLossQuote, loss > dailyLossLimit {
      counters.isDailyLossTripped = true
      request(
        .reduce, .lossLimit, .dailyLoss,
        "loss of the day \(loss) is over the limit \(dailyLossLimit), equity \(equity)")
    }
    if !counters.isDrawdownTripped, let fall = drawdownQuote, fall > drawdownLimit {
      counters.isDrawdownTripped = true
      request(
        .reduce, .lossLimit, .drawdown,
        "fall from the peak \(fall) is over the limit \(drawdownLimit), equity \(equity)")
    }
  }

  /// Forgets what the day and the peak were.
  mutating func loseHistory(_ reason: String) {
    counters.isDayStartKnown = false
    counters.isPeakKnown = false
    request(.reduce, .lossLimit, .drawdown, reason)
  }

  /// Puts a stop on the list, one per check, the stronger first.
  mutating func request(_ level: StopLevel, _ source: StopSource, _ check: RiskCheck, _ reason: String) {
    guard !counters.latchRequests.contains(where: { $0.check == check }) else { return }
    let request = LatchRequest(level: level, source: source, check: check, reason: reason)
    let place = counters.latchRequests.firstIndex { $0.level < level } ?? counters.latchRequests.endIndex
    counters.latchRequests.insert(request, at: place)
  }

  /// A person resumed a stop of this source. After a loss limit, a drawdown that had tripped (or was unknown) is
  /// measured from the present equity on; the day's loss stays in force until the next day unless it was unknown.
  /// After the throttle, executions are counted anew.
  public mutating func resume(from source: StopSource) {
    counters.latchRequests.removeAll { $0.source == source }
    switch source {
    case .lossLimit:
      if counters.isDrawdownTripped || !counters.isPeakKnown {
        counters.equityPeakQuote = equityQuote
        counters.isDrawdownTripped = false
        counters.isPeakKnown = true
      }
      if !counters.isDayStartKnown {
        counters.dayStartEquityQuote = equityQuote
        counters.isDayStartKnown = true
      }
      revalue()
    case .throttle:
      counters.isThrottled = false
      for index in counters.instruments.indices { counters.instruments[index].repeatedCount = 0 }
    case .file, .http, .signal, .watchdog, .controlDirectory: break
    }
  }

  /// What is used of the limits that a person watches.
  public func limitsLeft() -> [LimitLeft] {
    [
      LimitLeft(check: .dailyLoss, used: dailyLossQuote.map { Measure($0) }, limit: Measure(dailyLossLimit)),
      LimitLeft(check: .drawdown, used: drawdownQuote.map { Measure($0) }, limit: Measure(drawdownLimit)),
      LimitLeft(
        check: .grossExposure, used: counters.isAccountKnown ? Measure(grossQuote) : nil,
        limit: Measure(limits.maxGrossExposureQuote)),
      LimitLeft(
        check: .orderRate, used: Measure(ordersInLastMinute(at: lastTime)), limit: Measure(orderRateLimit)),
      LimitLeft(
        check: .consecutiveLosses, used: Measure(counters.consecutiveLosses),
        limit: Measure(limits.maxConsecutiveLosses)),
    ]
  }
}
