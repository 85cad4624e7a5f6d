import Core

/// Lines of a run's logs. Times are not in them, so that equal runs have equal logs.
enum RunLog {
  /// Names and values of a logging step, always in the same order.
  private static func scalars(_ progress: RunProgress) -> [(name: String, value: Double)] {
    let step = progress.step
    var scalars: [(name: String, value: Double)] = [
      ("loss", step.loss), ("learning_rate", step.learningRate), ("gradient_norm", step.gradientNorm),
      ("halted_share", step.haltedShare), ("mean_segments", step.meanSegments),
      ("slow_residual", progress.slowResidual), ("fast_residual", progress.fastResidual),
    ]
    scalars += step.parts.map { ("loss/" + $0.name, $0.value) }
    if let validation = progress.validation {
      scalars.append(("validation/score", validation.score))
      scalars += validation.figures.map { ("validation/" + $0.name, $0.value) }
    }
    return scalars
  }

  /// One JSON object.
  static func json(_ progress: RunProgress) -> String {
    let members = scalars(progress).map { "\"\($0.name)\":\(number($0.value))" }
    let skipped = progress.step.isSkipped ? ",\"skipped\":true" : ""
    return "{\"step\":\(progress.step.step),\(members.joined(separator: ","))\(skipped)}"
  }

  /// Lines of step, name, value.
  static func csv(_ progress: RunProgress) -> String {
    scalars(progress).map { "\(progress.step.step),\($0.name),\(number($0.value))" }.joined(separator: "\n")
  }

  private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}
