import ArgumentParser
import HRM
import Training

/// Options by which a network lacks a part of the idea, or is trained in another way: for comparisons.
struct VariationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Network of the same size: hierarchy, plain (a plain transformer: every block once, one segment), plainLoop (that, "
        + "in the loop of segments), collapsed (one module plays H and L), depth1 (one segment).", valueName: "name"))
  var form: String?
  @Option(
    help: ArgumentHelp(
      "How far a step goes back: oneStep, or lastCycle through all T calls of L in the last cycle.", valueName: "name"))
  var gradient: String?
  @Option(help: ArgumentHelp("Share of what blocks add that is left out in training, 0...0.9.", valueName: "share"))
  var dropout: Double?

  func validate() throws {
    if let form, HRMForm(rawValue: form) == nil {
      throw ValidationError("--form \(form): write one of \(HRMForm.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    if let gradient, SegmentGradient(rawValue: gradient) == nil {
      throw ValidationError("--gradient \(gradient): write oneStep or lastCycle")
    }
    if let dropout, !(0...Dropout.largestRate).contains(dropout) {
      throw ValidationError("--dropout \(dropout): must be from 0 to \(Dropout.largestRate)")
    }
  }

  /// The form that was asked for, or the usual one.
  var chosenForm: HRMForm { form.flatMap(HRMForm.init(rawValue:)) ?? .hierarchy }
  /// The gradient that was asked for, or the usual one.
  var chosenGradient: SegmentGradient { gradient.flatMap(SegmentGradient.init(rawValue:)) ?? .oneStep }
  /// Whether all is as the bars of a task are for.
  var isUsual: Bool { chosenForm == .hierarchy && chosenGradient == .oneStep && (dropout ?? 0) == 0 }

  /// Name of a task, for its checkpoints: a run goes on only in the form that it began in.
  func task(_ name: String) -> String { chosenForm == .hierarchy ? name : "\(name) \(chosenForm.rawValue)" }

  /// Sets what was given of the trainer's settings.
  func set(_ settings: inout TrainerSettings) {
    if gradient != nil { settings.gradient = chosenGradient }
    if let dropout { settings.dropout = dropout }
  }

  /// Sets what was given of the settings for markets.
  func set(_ settings: inout MarketTrainingSettings) {
    if form != nil { settings.form = chosenForm }
    set(&settings.trainer)
  }
}
