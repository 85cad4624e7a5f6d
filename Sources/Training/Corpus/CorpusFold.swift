import Backtest
import Core

/// One turn of a walk-forward: learnt on `train`, chosen on `validate`, judged on `test`.
package struct CorpusFold: Equatable, Sendable {
  package var train: Range<Timestamp>
  package var validate: Range<Timestamp>
  package var test: Range<Timestamp>

  /// A fold as given.
  package init(train: Range<Timestamp>, validate: Range<Timestamp>, test: Range<Timestamp>) {
    self.train = train
    self.validate = validate
    self.test = test
  }

  /// Folds of a plan over a span of data, oldest first. `isAnchored`: every training begins where the data do, so later
  /// folds learn from more. What must be kept clear between the parts is counted in bars, by `SplitRule`.
  package static func folds(_ plan: WalkForwardPlan, of span: Range<Timestamp>, isAnchored: Bool = true) -> [CorpusFold]
  {
    let folds = plan.folds(of: span, purgeDays: 0)
    return folds.map { fold in
      let start = isAnchored ? folds[0].train.lowerBound : fold.train.lowerBound
      return CorpusFold(train: start..<fold.train.upperBound, validate: fold.validate, test: fold.test)
    }
  }
}
