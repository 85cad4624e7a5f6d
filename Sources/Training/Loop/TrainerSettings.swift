import Glibc
import HRM

/// How fast weights move in the course of a run.
public struct LearningSchedule: Codable, Equatable, Sendable {
  /// What follows the warm-up.
  public enum Shape: String, Codable, CaseIterable, Sendable { case constant, cosine }
  /// Highest learning rate.
  public var peak: Double
  /// Steps of linear rise, 0 for none.
  public var warmUpSteps: Int
  /// What follows.
  public var shape: Shape
  /// Share of the peak that a cosine ends at.
  public var floor: Double

  /// A schedule as given.
  public init(peak: Double, warmUpSteps: Int, shape: Shape = .constant, floor: Double = 0.1) {
    self.peak = peak
    self.warmUpSteps = warmUpSteps
    self.shape = shape
    self.floor = floor
  }

  /// Learning rate of a step, which counts from 1, in a run of `total` steps.
  public func rate(step: Int, of total: Int) -> Double {
    if step < warmUpSteps { return peak * Double(step) / Double(warmUpSteps) }
    guard shape == .cosine, total > warmUpSteps else { return peak }
    let share = min(1, Double(step - warmUpSteps) / Double(total - warmUpSteps))
    return peak * (floor + (1 - floor) * (1 + cos(.pi * share)) / 2)
  }
}

/// How a trainer goes about its work, whatever the task.
public struct TrainerSettings: Codable, Equatable, Sendable {
  /// When a lane that would stop must go on.
  public enum Exploring: String, Codable, Sendable {
    /// A least number of segments is drawn anew for every segment, as published.
    case everySegment
    /// It is drawn once for a sample.
    case everySample
  }
  /// Of weights and every draw.
  public var seed: UInt64
  /// Samples that are trained together.
  public var lanes: Int
  /// Steps of the whole run.
  public var steps: Int
  /// Most segments M of a sample.
  public var maxSegments: Int
  /// How weights move.
  public var rule = OptimiserSettings.Rule.adamW
  /// Which tensors decay.
  public var decay = OptimiserSettings.Decay.matrices
  /// How fast.
  public var schedule: LearningSchedule
  /// Weights shrink by rate · decay in a step.
  public var weightDecay = 0.1
  /// Gradients of a larger global norm are scaled down to it; nil leaves them.
  public var largestNorm: Double? = 1
  /// Share of the averaged weights that stays in a step; 0 averages nothing.
  public var averageKeep = 0.999
  /// How often a lane must go on though it would stop.
  public var explorationProbability = 0.1
  /// When that is drawn.
  public var exploring = Exploring.everySample
  /// Share of samples that are thought through to the end and then trained, so that the right moment to stop is known.
  public var stabilityProbability = 0.1

  /// Settings with the defaults for what is not given.
  public init(seed: UInt64, lanes: Int, steps: Int, maxSegments: Int, schedule: LearningSchedule) {
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
