import HRM

/// All that a training run on recorded markets is made with, besides the data.
package struct MarketTrainingSettings: Codable, Equatable, Sendable {
  /// Shape of the network: a name of `presets`.
  package var preset = "hrm-200k"
  /// Segments of a sample at most.
  package var maxSegments = 2
  /// High cycles and low steps of a segment; 0 takes those of the preset.
  package var cycles = 0, steps = 0
  /// How the trainer goes about it.
  package var trainer = TrainerSettings(
    seed: 1, lanes: 8, steps: 2000, maxSegments: 2,
    schedule: LearningSchedule(peak: 1e-3, warmUpSteps: 100, shape: .cosine))
  /// What it is trained towards.
  package var trading = TradingSettings()
  /// When it validates and keeps what it has.
  package var plan = RunPlan()
  /// Bars of all validation series together that a validation within the run looks at.
  package var validationBars = 20_000
  /// Probability that a sample's instrument is taken for an unknown one.
  package var unknownShare = 0.1

  /// Nil for the hierarchy: the text of the usual settings, by which trials are known, stays what it was.
  private var otherForm: HRMForm?
  /// What of the idea the network has.
  package var form: HRMForm {
    get { otherForm ?? .hierarchy }
    set { otherForm = newValue == .hierarchy ? nil : newValue }
  }

  /// The defaults.
  package init() {
    trainer.averageKeep = 0.99
    (plan.validateEvery, plan.checkpointEvery) = (250, 250)
  }

  /// Shapes by name, by their size.
  package static let presets: [(name: String, architecture: HRMArchitecture)] = [
    (
      "hrm-30k",
      .trading(
        dH: 32, dL: 32, heads: (2, 2), layers: (1, 1), innerMultiple: 32, cycles: 2, steps: 2, reset: false,
        instruments: (256, 8), timeframes: (10, 8))
    ),
    (
      "hrm-200k",
      .trading(
        dH: 64, dL: 64, heads: (4, 4), layers: (2, 2), innerMultiple: 32, cycles: 2, steps: 2, reset: false,
        instruments: (256, 16), timeframes: (10, 8))
    ),
    (
      "hrm-2m",
      .trading(
        dH: 192, dL: 192, heads: (6, 6), layers: (2, 2), innerMultiple: 64, cycles: 2, steps: 2, reset: false,
        instruments: (256, 32), timeframes: (10, 16))
    ),
    ("hrm-27m", .hrm27m), ("hrm-27m-pub", .hrm27mPub),
  ]

  /// Segments of a sample at most, in a form that may have only one.
  package var segments: Int { form.hasOneSegment ? 1 : maxSegments }

  /// The network's shape. Throws a `TrainingError` for a preset that there is not, or a form that it cannot have.
  package func architecture() throws -> HRMArchitecture {
    guard var architecture = Self.presets.first(where: { $0.name == preset })?.architecture else {
      let names = Self.presets.map(\.name).joined(separator: ", ")
      throw TrainingError("preset \(preset): there is none of that name; choose \(names)")
    }
    architecture.maxSegments = maxSegments
    if cycles > 0 { architecture.nCycles = cycles }
    if steps > 0 { architecture.tSteps = steps }
    guard !form.hasOneStep || max(cycles, steps) < 2 else {
      throw TrainingError("form \(form.rawValue): has one cycle of one step; leave cycles and low_steps at 0")
    }
    do { return try architecture.formed(as: form) } catch {
      throw TrainingError(
        "form \(form.rawValue): the modules of \(preset) differ in width or heads and cannot be one; choose another preset"
      )
    }
  }

  /// The trainer's settings, with what they share with the others.
  package var sharedTrainer: TrainerSettings {
    var shared = trainer
    shared.maxSegments = segments
    return shared
  }
}
