import HRM
import Settings

extension ModelManifest {
  /// The roll-back triggers that the settings want and that this model was not recorded with what they measure by, each
  /// with the remedy.
  package func unwatchedTriggers(_ settings: RollbackSettings) -> [String] {
    var texts: [String] = []
    if settings.driftIndex.isPositive, reference?.profile == nil {
      texts.append(
        "feature drift is not watched: \(name) has no profile of its training data; `hrmbot policy profile` records one"
      )
    }
    if settings.performanceTrades > 0, reference?.expectation == nil {
      texts.append(
        "performance is not watched: \(name) has no recorded expectation of its trades; `hrmbot policy profile "
          + "--expected-return` records one")
    }
    return texts
  }
}
