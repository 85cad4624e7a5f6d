import Core
import Features

/// The thin shell of `FeatureStage`: bars in, observations on to the agent.
package actor FeatureBuilder {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var stage: FeatureStage
  private let agent: HRMAgent

  /// A shell around `stage`.
  package init(executor: any SerialExecutor, stage: FeatureStage, agent: HRMAgent) {
    self.executor = executor
    self.stage = stage
    self.agent = agent
  }

  /// Takes a checked bar and everything that follows from it.
  package func receive(_ bar: Bar, hasGap: Bool, isPreRoll: Bool, context: EventContext) async {
    await agent.receive(stage.receive(bar, hasGap: hasGap, isPreRoll: isPreRoll), context: context)
  }

  /// A position has changed.
  package func apply(_ position: PositionView, of instrument: InstrumentID) {
    stage.apply(position, of: instrument)
  }
}
