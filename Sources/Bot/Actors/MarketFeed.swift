import Core
import Feed

/// The thin shell of `FeedStage`: bars in, checked bars on to risk and features.
package actor MarketFeed {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var stage: FeedStage
  private let features: FeatureBuilder
  private let risk: RiskVeto

  /// A shell around `stage`.
  package init(executor: any SerialExecutor, stage: FeedStage, features: FeatureBuilder, risk: RiskVeto) {
    self.executor = executor
    self.stage = stage
    self.features = features
    self.risk = risk
  }

  /// Takes a bar through feed, risk's marking to market, features and all that follows. False: it was refused.
  ///
  /// History only warms the features: the account is marked by what happens, and only once the books are compared.
  package func receive(_ bar: Bar, isPreRoll: Bool, context: EventContext) async -> Bool {
    let output = stage.receive(bar)
    guard let accepted = output.bar else { return false }
    if !isPreRoll { await risk.observe(accepted, context: context) }
    await features.receive(accepted, hasGap: output.hasGap, isPreRoll: isPreRoll, context: context)
    return true
  }

  /// What the feed met so far.
  package var quality: FeedQuality { stage.quality }

  /// Instruments without data for too long.
  package func staleInstruments(at now: Timestamp) -> [InstrumentID] { stage.staleInstruments(at: now) }

  /// Whether a bar of any instrument should have come longer ago than so many milliseconds.
  package func isOverdue(at now: Timestamp, by millis: Int64) -> Bool { stage.isOverdue(at: now, by: millis) }
}
