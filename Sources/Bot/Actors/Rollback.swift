import Agent
import Core

/// The thin shell of `RollbackStage`: it watches how decisions go and says when another policy must take over.
package actor Rollback {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var stage: RollbackStage

  /// A shell around `stage`.
  package init(executor: any SerialExecutor, stage: RollbackStage) {
    self.executor = executor
    self.stage = stage
  }

  /// A decision was made.
  package func observe(_ outcome: DecisionOutcome, context: EventContext) -> RollbackEffect? {
    stage.observe(outcome, now: context.at)
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
