import Agent
import Core
import Risk

extension PaperRun {
  /// Says what keeps the bot from opening positions, and who decides since when.
  func lock(
    _ snapshot: inout StatusSnapshot, _ prepared: Prepared, isolation: isolated (any Actor)? = #isolation
  ) async {
    let stages = prepared.engine.stages
    let risk = await stages.risk.counters
    let rollback = await stages.rollback.state
    snapshot.policies = await stages.agent.policyNames
    snapshot.policyChange = StatusSnapshot.PolicyChange(
      previous: rollback.previous, at: rollback.since, trigger: rollback.trigger?.rawValue, evidence: rollback.evidence)
    var locks: [StatusSnapshot.Lock] = []
    if let latch = snapshot.latch {
      locks.append(.init("stop", reason: "\(latch.level.rawValue) from \(latch.source.rawValue): \(latch.reason)"))
    }
    locks += snapshot.degradations.map { .init($0, reason: "nothing is opened until it is over") }
    if await !prepared.engine.supervisor.isVenueReady {
      locks.append(.init("venue_not_ready", reason: "the books are not compared with the venue's yet"))
    }
    locks += snapshot.staleInstruments.map { .init("feed_stale", instrument: $0, reason: "no fresh bars") }
    locks += Self.locks(of: risk)
    if let until = rollback.coolDownUntil, until > snapshot.updatedAt {
      locks.append(.init("promotion", until: until, reason: "no policy is promoted so soon after a roll-back"))
    }
    snapshot.locks = locks
  }

  private static func locks(of risk: RiskCounters) -> [StatusSnapshot.Lock] {
    var locks: [StatusSnapshot.Lock] = []
    if let until = risk.coolDownUntil {
      locks.append(.init("cool_down", until: until, reason: "\(risk.consecutiveLosses) losing trades in a row"))
    }
    if risk.isThrottled {
      locks.append(.init("repeated_execution", reason: "too many executions on one side in a row"))
    }
    if risk.isDailyLossTripped { locks.append(.init("daily_loss", reason: "the limit of the day's loss was passed")) }
    if risk.isDrawdownTripped {
      locks.append(.init("drawdown", reason: "the limit of the fall from the peak was passed"))
    }
    if !risk.isAccountKnown { locks.append(.init("account_unknown", reason: "the account does not add up")) }
    if !risk.isDayStartKnown || !risk.isPeakKnown {
      locks.append(.init("history_lost", reason: "what the day or the peak was is not known; a person resumes"))
    }
    for (symbol, instrument) in zip(risk.symbols, risk.instruments) {
      for (name, order) in [("entry_pending", instrument.entry), ("exit_pending", instrument.exit)] {
        guard let order else { continue }
        locks.append(.init(name, instrument: symbol, reason: "order \(order.id) is on its way"))
      }
    }
    return locks
  }
}
