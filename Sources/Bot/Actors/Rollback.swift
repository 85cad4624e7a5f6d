import Agent
import Core
import HRM

/// The thin shell of `RollbackStage`: it watches how decisions go and says when another policy must take over.
package actor Rollback {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var stage: RollbackStage
  /// What a fill gave cause to, until the input that brought it is worked off.
  private var due: RollbackEffect?
  /// Whether it wants to see bars: a policy has a recorded profile.
  package nonisolated let watchesBars: Bool
  /// Whether it wants to see fills: a policy has a recorded expectation.
  package nonisolated let watchesTrades: Bool

  /// A shell around `stage`, for policies with these references.
  package init(executor: any SerialExecutor, stage: RollbackStage, references: [String: PolicyReference] = [:]) {
    self.executor = executor
    self.stage = stage
    watchesBars = references.values.contains { $0.profile != nil }
    watchesTrades = references.values.contains { $0.expectation != nil } || stage.state.trades != nil
  }

  /// A decision was made.
  package func observe(_ outcome: DecisionOutcome, context: EventContext) -> RollbackEffect? {
    stage.observe(outcome, now: context.at)
  }

  /// A bar is about to be decided on.
  package func observe(_ observation: Observation, context: EventContext) -> RollbackEffect? {
    stage.observe(observation, now: context.at)
  }

  /// A fill was counted; `position` is the one after it.
  package func apply(_ fill: Fill, position: PositionView, realisedQuote: Money, context: EventContext) {
    guard let effect = stage.apply(fill, position: position, realisedQuote: realisedQuote, now: context.at) else {
      return
    }
    due = effect
  }

  /// What the fills of this input gave cause to, once.
  package func takeDue() -> RollbackEffect? {
    defer { due = nil }
    return due
  }

  /// The process uses so much memory.
  package func memory(mebibytes: Int, context: EventContext) -> RollbackEffect? {
    stage.memory(mebibytes: mebibytes, now: context.at)
  }

  /// The files of a policy are not what they should be.
  package func archiveMismatch(of policy: String, evidence: String, context: EventContext) -> RollbackEffect? {
    stage.archiveMismatch(of: policy, evidence: evidence, now: context.at)
  }

  /// A person commands. Throws the reason of a refusal.
  package func command(
    _ command: RollbackCommand, by person: String, available: [String], context: EventContext
  ) throws(RollbackRefusal) -> RollbackEffect? {
    try stage.command(command, by: person, available: available, now: context.at)
  }

  /// What must survive a restart.
  package var state: RollbackState { stage.state }
}
