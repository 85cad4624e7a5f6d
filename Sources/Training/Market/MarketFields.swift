import HRM
import Settings

/// A setting of a training run under its name in files and on the command line.
package struct MarketField: Sendable {
  /// Name, for example `learning_rate`.
  package let name: String
  /// What it is, in a line.
  package let summary: String
  /// Sets it from a text; says what is allowed if the text is not.
  let set: @Sendable (inout MarketTrainingSettings, String) -> String?
  /// Its value as a text.
  let get: @Sendable (MarketTrainingSettings) -> String

  private static func integer(
    _ name: String, _ range: ClosedRange<Int>, _ path: any WritableKeyPath<MarketTrainingSettings, Int> & Sendable,
    _ summary: String
  ) -> MarketField {
    MarketField(
      name: name, summary: summary,
      set: { settings, text in
        guard let value = Int(text), range.contains(value) else {
          return "an integer from \(range.lowerBound) to \(range.upperBound)"
        }
        settings[keyPath: path] = value
        return nil
      }, get: { "\($0[keyPath: path])" })
  }

  private static func number(
    _ name: String, _ range: ClosedRange<Double>,
    _ path: any WritableKeyPath<MarketTrainingSettings, Double> & Sendable, scale: Double = 1, _ summary: String
  ) -> MarketField {
    MarketField(
      name: name, summary: summary,
      set: { settings, text in
        guard let value = Double(text), range.contains(value) else {
          return "a number from \(range.lowerBound) to \(range.upperBound)"
        }
        settings[keyPath: path] = value * scale
        return nil
      }, get: { "\($0[keyPath: path] / scale)" })
  }

  private static func word<Word: RawRepresentable<String> & CaseIterable & SendableMetatype>(
    _ name: String, _ path: any WritableKeyPath<MarketTrainingSettings, Word> & Sendable, _ summary: String
  ) -> MarketField {
    MarketField(
      name: name, summary: summary,
      set: { settings, text in
        guard let value = Word(rawValue: text) else {
          return Word.allCases.map { $0.rawValue }.joined(separator: ", ")
        }
        settings[keyPath: path] = value
        return nil
      }, get: { $0[keyPath: path].rawValue })
  }

  private static let preset = MarketField(
    name: "preset", summary: "Shape of the network.",
    set: { settings, text in
      let names = MarketTrainingSettings.presets.map(\.name)
      guard names.contains(text) else { return names.joined(separator: ", ") }
      settings.preset = text
      return nil
    }, get: { $0.preset })

  private static let complexityFloor = MarketField(
    name: "complexity_floor", summary: "Segments that a complex market asks for, from this number up; off for none.",
    set: { settings, text in
      if text == "off" {
        settings.trading.complexityFloor = nil
        return nil
      }
      guard let value = Int(text), (1...16).contains(value) else { return "off, or an integer from 1 to 16" }
      settings.trading.complexityFloor = value
      return nil
    }, get: { $0.trading.complexityFloor.map(String.init) ?? "off" })

  private static let clipNorm = MarketField(
    name: "clip_norm", summary: "Norm that gradients are scaled down to; off for none.",
    set: { settings, text in
      if text == "off" {
        settings.trainer.largestNorm = nil
        return nil
      }
      guard let value = Double(text), value > 0, value < 1e6 else { return "off, or a number above 0" }
      settings.trainer.largestNorm = value
      return nil
    }, get: { $0.trainer.largestNorm.map { "\($0)" } ?? "off" })

  /// All settings in the order in which they are shown.
  package static let all: [MarketField] = [
    preset,
    word("form", \.form, "hierarchy, or without a part of it: plain, plainLoop, collapsed, depth1."),
    integer("max_segments", 1...16, \.maxSegments, "Segments of a sample at most."),
    integer("cycles", 0...16, \.cycles, "High cycles N of a segment; 0: the preset's."),
    integer("low_steps", 0...16, \.steps, "Low steps T of a cycle; 0: the preset's."),
    integer("steps", 1...10_000_000, \.trainer.steps, "Steps of the run."),
    integer("lanes", 1...4096, \.trainer.lanes, "Windows that are trained together."),
    integer("window_bars", 2...1024, \.trading.windowBars, "Bars of a window."),
    word("optimiser", \.trainer.rule, "adamW or adamATan2."),
    number("learning_rate", 0...1, \.trainer.schedule.peak, "Highest learning rate."),
    integer("warm_up_steps", 0...1_000_000, \.trainer.schedule.warmUpSteps, "Steps of its linear rise."),
    word("schedule", \.trainer.schedule.shape, "constant or cosine."),
    number("weight_decay", 0...10, \.trainer.weightDecay, "Weight decay."),
    clipNorm,
    word("gradient", \.trainer.gradient, "oneStep, or lastCycle for one through the whole last cycle."),
    number("dropout", 0...Dropout.largestRate, \.trainer.dropout, "Share of what blocks add that is left out."),
    number("average_keep", 0...0.999999, \.trainer.averageKeep, "Share of the averaged weights that stays."),
    number("cost_bp", 0...1000, \.trading.turnoverCost, scale: 1e-4, "Cost of a side in basis points."),
    number("holding_cost_bp", 0...1000, \.trading.holdingCost, scale: 1e-4, "Cost of a bar in a position."),
    number("risk_aversion", 0...1000, \.trading.riskAversion, "λ."),
    number("even_share", 0...1, \.trading.evenShare, "Share of a row's weight spread over positions."),
    number("entropy", 0...1, \.trading.entropyWeight, "Entropy bonus at the beginning."),
    number("oracle", 0...10, \.trading.oracleWeight, "Weight of hindsight's labels at the beginning."),
    integer("oracle_bars", 1...1000, \.trading.oracleBars, "Bars that hindsight sees."),
    number("value", 0...10, \.trading.valueWeight, "Weight of the value head."),
    number("quantity", 0...10, \.trading.quantityWeight, "Weight of the quantity head."),
    number("hold_bias", -20...20, \.trading.holdBias, "HOLD bias of fresh weights."),
    number("exploration", 0...1, \.trainer.explorationProbability, "How often a lane must think on."),
    number("stability", 0...1, \.trainer.stabilityProbability, "Share of samples thought through to the end."),
    complexityFloor,
    number("unknown", 0...1, \.unknownShare, "Share of samples of an unknown instrument."),
    integer("log_every", 1...1_000_000, \.plan.logEvery, "Steps between lines of the log."),
    integer("validate_every", 1...1_000_000, \.plan.validateEvery, "Steps between validations."),
    integer("checkpoint_every", 1...1_000_000, \.plan.checkpointEvery, "Steps between checkpoints."),
    integer("patience", 0...1000, \.plan.patience, "Validations without a gain that end the run; 0: never."),
    integer("validation_bars", 100...10_000_000, \.validationBars, "Bars of a validation within the run."),
  ]
}

extension MarketTrainingSettings {
  /// Sets one value by name. Throws a `TrainingError` that says what is allowed.
  package mutating func set(_ name: String, to text: String, place: String) throws {
    guard let field = MarketField.all.first(where: { $0.name == name }) else {
      let near =
        EditDistance.nearest(to: name, among: MarketField.all.map(\.name)).map { "; did you mean \($0)?" } ?? ""
      throw TrainingError("\(place): there is no setting \(name)\(near)")
    }
    if let allowed = field.set(&self, text) {
      throw TrainingError("\(place): \(name) is \(text), allowed: \(allowed)")
    }
  }

  /// Takes the values of a file of `key: value` lines.
  package mutating func take(_ bytes: [UInt8], file: String) throws {
    let entries: [FlatFile.Entry]
    do {
      entries = try FlatFile.read(bytes, file: file, allowed: MarketField.all.map(\.name))
    } catch { throw TrainingError("\(error)") }
    for entry in entries { try set(entry.key, to: entry.value, place: "\(file):\(entry.line)") }
  }

  /// All values as a file.
  package var file: String {
    MarketField.all.map { "\($0.name): \($0.get(self))  # \($0.summary)" }.joined(separator: "\n") + "\n"
  }
}
