import Glibc
import HRM

/// How fast weights move in the course of a run.
package struct LearningSchedule: Codable, Equatable, Sendable {
  /// What follows the warm-up.
  package enum Shape: String, Codable, CaseIterable, Sendable { case constant, cosine }
  /// Highest learning rate.
  package var peak: Double
  /// Steps of linear rise, 0 for none.
  package var warmUpSteps: Int
  /// What follows.
  package var shape: Shape
  /// Share of the peak that a cosine ends at.
  package var floor: Double

  /// A schedule as given.
  package init(peak: Double, warmUpSteps: Int, shape: Shape = .constant, floor: Double = 0.1) {
    self.peak = peak
    self.warmUpSteps = warmUpSteps
    self.shape = shape
    self.floor = floor
  }

  /// Learning rate of a step, which counts from 1, in a run of `total` steps.
  package func rate(step: Int, of total: Int) -> Double {
    if step < warmUpSteps { return peak * Double(step) / Double(warmUpSteps) }
    guard shape == .cosine, total > warmUpSteps else { return peak }
    let share = min(1, Double(step - warmUpSteps) / Double(total - warmUpSteps))
    return peak * (floor + (1 - floor) * (1 + cos(.pi * share)) / 2)
  }
}

/// How a trainer goes about its work, whatever the task.
package struct TrainerSettings: Codable, Equatable, Sendable {
  /// When a lane that would stop must go on.
  package enum Exploring: String, Codable, Sendable {
    /// A least number of segments is drawn anew for every segment, as published.
    case everySegment
    /// It is drawn once for a sample.
    case everySample
  }
  /// Of weights and every draw.
  package var seed: UInt64
  /// Samples that are trained together.
  package var lanes: Int
  /// Steps of the whole run.
  package var steps: Int
  /// Most segments M of a sample.
  package var maxSegments: Int
  /// How weights move.
  package var rule = OptimiserSettings.Rule.adamW
  /// Which tensors decay.
  package var decay = OptimiserSettings.Decay.matrices
  /// How fast.
  package var schedule: LearningSchedule
  /// Weights shrink by rate · decay in a step.
  package var weightDecay = 0.1
  /// Gradients of a larger global norm are scaled down to it; nil leaves them.
  package var largestNorm: Double? = 1
  /// Share of the averaged weights that stays in a step; 0 averages nothing.
  package var averageKeep = 0.999
  /// How often a lane must go on though it would stop.
  package var explorationProbability = 0.1
  /// When that is drawn.
  package var exploring = Exploring.everySample
  /// Share of samples that are thought through to the end and then trained, so that the right moment to stop is known.
  package var stabilityProbability = 0.1
  /// What is not as usual; nil for nothing, so that the text of the usual settings, by which runs and trials are known,
  /// stays what it was.
  private var variation: Variation?

  /// Ways to train that are not the usual ones.
  private struct Variation: Codable, Equatable, Sendable {
    var gradient: SegmentGradient?
    var dropout: Double?
  }

  /// How far back a step goes within its segment.
  package var gradient: SegmentGradient {
    get { variation?.gradient ?? .oneStep }
    set { vary { $0.gradient = newValue == .oneStep ? nil : newValue } }
  }

  /// Probability that a number which a block adds is left out, 0...0.9.
  package var dropout: Double {
    get { variation?.dropout ?? 0 }
    set { vary { $0.dropout = newValue == 0 ? nil : newValue } }
  }

  private mutating func vary(_ change: (inout Variation) -> Void) {
    var varied = variation ?? Variation()
    change(&varied)
    variation = varied == Variation() ? nil : varied
  }

  /// Settings with the defaults for what is not given.
  package init(seed: UInt64, lanes: Int, steps: Int, maxSegments: Int, schedule: LearningSchedule) {
    self.seed = seed
    self.lanes = lanes
    self.steps = steps
    self.maxSegments = maxSegments
    self.schedule = schedule
  }

  /// The optimiser's settings in a step.
  func optimiser(step: Int) -> OptimiserSettings {
    var settings = OptimiserSettings()
    settings.rule = rule
    settings.decay = decay
    settings.learningRate = schedule.rate(step: step, of: steps)
    settings.rowLearningRate = settings.learningRate
    settings.weightDecay = weightDecay
    settings.largestNorm = largestNorm
    return settings
  }
}
