import Agent
import Core

/// The thin shell of `RollbackStage`: it watches how decisions go and says when another policy must take over.
public actor Rollback {
  private let executor: ThreadExecutor
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var stage: RollbackStage

  /// A shell around `stage`.
  public init(executor: ThreadExecutor, stage: RollbackStage) {
    self.executor = executor
    self.stage = stage
  }

  /// A decision was made.
  public func observe(_ outcome: DecisionOutcome, context: EventContext) -> RollbackEffect? {
    stage.observe(outcome, now: context.at)
  }

  /// A person commands. Throws the reason of a refusal.
  public func command(
    _ command: RollbackCommand, by person: String, available: [String], context: EventContext
  ) throws(RollbackRefusal) -> RollbackEffect? {
    try stage.command(command, by: person, available: available, now: context.at)
  }

  /// What must survive a restart.
  public var state: RollbackState { stage.state }
}
