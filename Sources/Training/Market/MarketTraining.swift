import Core
import Features
import Foundation
import HRM

/// A training run on recorded markets: the corpus with its scale and rows, the task, and the model that comes of it.
package struct MarketTraining: Sendable {
  /// How.
  package let settings: MarketTrainingSettings
  /// On what, normalised.
  package let corpus: Corpus
  /// What is learnt.
  package let task: TradingTask
  private let normaliser: InputNormaliser
  /// How the features of the bars that train are spread; nil: too few bars to tell.
  private let profile: FeatureProfile?

  /// Prepares a run. The order of symbols in the corpus decides the rows of the instrument table.
  ///
  /// - Parameter splits: what trains and what validates; nil takes the corpus's own.
  package init(
    settings: MarketTrainingSettings, corpus given: Corpus, fit: NormaliserFit = .mean, splits: [SeriesSplit]? = nil
  ) throws {
    var corpus = given
    let splits = splits ?? corpus.splits
    let architecture = try settings.architecture()
    guard corpus.symbols.count < architecture.nInstruments else {
      throw TrainingError(
        "\(corpus.symbols.count) instruments: \(settings.preset) has rows for \(architecture.nInstruments - 1)")
    }
    guard let normaliser = fit.normaliser(corpus.series, splits.map(\.train)) else {
      throw TrainingError("there is no bar to train on before validation begins; move --cut or give older data")
    }
    profile = corpus.featureProfile(splits: splits)
    corpus.normalise(normaliser)
    corpus.assignRows(of: Self.manifest(settings, architecture, corpus, normaliser, notes: [:]))
    let symbols = corpus.symbols
    var options = CorpusSampler.Options(window: settings.trading.windowBars, lanes: settings.trainer.lanes)
    options.unknownShare = settings.unknownShare
    let instruments = corpus.members.map { member in symbols.firstIndex(of: member.symbol)! }
    guard
      let sampler = CorpusSampler(
        corpus.series, ranges: splits.map(\.train), instruments: instruments, options: options)
    else {
      throw TrainingError(
        "no series has \(settings.trading.windowBars) bars in a row to train on before validation begins")
    }
    let validated = corpus.series.indices.filter { !splits[$0].validation.isEmpty }
    task = try TradingTask(
      architecture: architecture, train: corpus.series, trainBars: splits.map(\.train),
      validation: validated.map { corpus.series[$0] },
      validationBars: Self.parts(validated.map { splits[$0].validation }, of: settings.validationBars),
      settings: settings.trading,
      sampler: CorpusWindows(sampler: sampler, isShortable: corpus.series.map(\.isShortable)))
    self.settings = settings
    self.corpus = corpus
    self.normaliser = normaliser
  }

  /// So many bars of all ranges: of each the same share, of one its beginning, of the next what follows, so that together
  /// they cover the whole span.
  static func parts(_ ranges: [Range<Int>], of bars: Int) -> [Range<Int>] {
    let total = ranges.reduce(0) { $0 + $1.count }
    guard total > bars, !ranges.isEmpty else { return ranges }
    return ranges.enumerated().map { index, range in
      let count = max(1, range.count * bars / total)
      let start = range.lowerBound + (range.count - count) * index / max(1, ranges.count - 1)
      return start..<(start + count)
    }
  }

  /// The manifest of the model that these settings make.
  private static func manifest(
    _ settings: MarketTrainingSettings, _ architecture: HRMArchitecture, _ corpus: Corpus,
    _ normaliser: InputNormaliser, notes: [String: String], name: String = "trained"
  ) -> ModelManifest {
    var manifest = ModelManifest(
      name: name, architecture: architecture, featureSchemaHash: FeatureSchema.hash, instruments: corpus.symbols,
      timeframes: ModelManifest.standardTimeframes, files: [:], untrained: false, training: notes,
      seed: settings.trainer.seed)
    manifest.normaliser = normaliser
    return manifest
  }

  /// Writes weights as a model directory, replacing what a run wrote there before.
  package func export(
    _ parameters: HRMParameters, to path: String, name: String, notes: [String: String]
  ) throws -> ModelManifest {
    var manifest = Self.manifest(
      settings, task.architecture, corpus, normaliser, notes: notes, name: name)
    manifest.reference = profile.map { PolicyReference(profile: $0) }
    for file in [ModelDirectory.weightsFile, ModelDirectory.manifestFile] { unlink("\(path)/\(file)") }
    rmdir(path)
    return try ModelDirectory.write(manifest, parameters.tensors().map { ($0.key, $0.value) }, to: path)
  }

  /// Closes of the first and last bar that train.
  package func trainedSpan(_ splits: [SeriesSplit]? = nil) -> ClosedRange<Timestamp>? {
    let spans = zip(corpus.series, splits ?? corpus.splits).compactMap { series, split in
      split.train.isEmpty || series.closeTimes.isEmpty
        ? nil : series.closeTimes[split.train.lowerBound]...series.closeTimes[split.train.upperBound - 1]
    }
    guard let first = spans.map(\.lowerBound).min(), let last = spans.map(\.upperBound).max() else { return nil }
    return first...last
  }
}
