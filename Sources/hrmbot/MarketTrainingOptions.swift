import ArgumentParser
import Bot
import Files
import Training

/// Options that say how a policy is trained on recorded bars.
struct MarketTrainingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Settings of the training, lines of `key: value`.", valueName: "file")) var config: String?
  @Option(help: ArgumentHelp("One of them, over the file; may be repeated.", valueName: "key=value"))
  var use: [String] = []
  @Option(help: "Shape of the network, as --use preset=NAME.") var preset: String?
  @Option(help: "Steps of the run, as --use steps=N.") var steps: Int?
  @OptionGroup var variation: VariationOptions

  /// The settings: defaults, file, single values, in this order.
  func load(seed: UInt64) throws -> MarketTrainingSettings {
    var settings = MarketTrainingSettings()
    if let config {
      let bytes: [UInt8]
      do { bytes = try BoundedFile.read(config, limit: 1 << 18) } catch { throw TrainingError("\(error)") }
      try settings.take(bytes, file: config)
    }
    for text in use {
      guard let equals = text.firstIndex(of: "=") else { throw TrainingError("--use \(text): write --use key=value") }
      try settings.set(
        String(text[..<equals]), to: String(text[text.index(after: equals)...]), place: "--use \(text)")
    }
    if let preset { try settings.set("preset", to: preset, place: "--preset") }
    if let steps { try settings.set("steps", to: "\(steps)", place: "--steps") }
    variation.set(&settings)
    settings.trainer.seed = seed
    return settings
  }

  /// Reads the data. Training keeps clear of validation by the longest label of these settings.
  func read(_ corpus: CorpusOptions, for settings: MarketTrainingSettings) throws -> Corpus {
    var request = try corpus.request()
    // A window's payoff looks as far ahead as the window is long.
    let reach = [request.split.horizonBars, settings.trading.oracleBars + settings.trading.windowBars]
    request.split.horizonBars = reach.max() ?? request.split.horizonBars
    return try corpus.read(request)
  }
}
