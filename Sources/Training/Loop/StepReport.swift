/// What a training step did, over all processes.
package struct StepReport: Codable, Equatable, Sendable {
  /// Counts from 1.
  package var step: Int
  /// Mean over lanes.
  package var loss: Double
  /// Its parts, unweighted.
  package var parts: [LossPart]
  /// Learning rate of the step.
  package var learningRate: Double
  /// Global norm of the gradients before clipping.
  package var gradientNorm: Double
  /// Share of lanes that came to a stop, and their mean number of segments.
  package var haltedShare: Double, meanSegments: Double
  /// Whether the weights stayed as they were because a loss or a gradient was not finite.
  package var isSkipped: Bool
}

/// Why a run cannot go on.
package struct TrainingError: Error, CustomStringConvertible, Equatable {
  /// For a person.
  package var description: String

  /// An error as given.
  package init(_ description: String) { self.description = description }
}
