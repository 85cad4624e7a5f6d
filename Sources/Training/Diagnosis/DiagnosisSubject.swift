import Core
import Features
import HRM

/// A model to be looked at, with its weights as the bot decides with them and as 32-bit floats.
package struct DiagnosisSubject {
  /// What the model says of itself.
  package let manifest: ModelManifest
  private let parameters: HRMParameters
  private let network: HRMNetwork

  /// Reads a model. Throws a `ModelError` for one that cannot be used, and a `TrainingError` for one that does not decide on
  /// bars with the features of this version.
  package init(model path: String) throws {
    let (manifest, stored) = try ModelDirectory.weights(of: path)
    let architecture = manifest.architecture
    guard architecture.front == .bars, architecture.head == .trade else {
      throw TrainingError("\(path): this network does not trade")
    }
    guard manifest.featureSchemaHash == FeatureSchema.hash, architecture.nFeatures == FeatureSchema.names.count,
      architecture.windowBars <= FeatureSchema.bars
    else { throw TrainingError("\(path): this model reads other features than this version computes") }
    self.manifest = manifest
    network = try HRMNetwork(
      architecture: architecture, stored: stored, precision: manifest.precision, file: path)
    parameters = try HRMParameters(
      architecture: architecture, tensors: stored.mapValues { Tensor(shape: $0.shape, values: $0.floats()) },
      file: path)
  }

  /// The diagnosis on bars of a corpus that is not normalised yet.
  ///
  /// - Parameters:
  ///   - from: the first moment whose bars are looked at; nil: where the validation of each series begins.
  ///   - to: the first moment whose bars are not; nil: the end.
  ///   - bars: most bars of all series together.
  package func diagnose(
    _ given: Corpus, from: Timestamp?, to: Timestamp?, bars: Int, plan: DiagnosisRun.Plan,
    progress: (DiagnosisRun.Progress) throws -> Void = { _ in }
  ) throws -> Diagnosis {
    var corpus = given
    if let normaliser = manifest.normaliser { corpus.normalise(normaliser) }
    corpus.assignRows(of: manifest)
    let wanted = zip(corpus.series, zip(corpus.members, corpus.splits)).map { series, about -> Range<Int> in
      let (member, split) = about
      let first =
        from.map { SplitRule.firstBar(series.closeTimes, member.timeframe, from: $0) } ?? split.validation.lowerBound
      let end = to.map { SplitRule.firstBar(series.closeTimes, member.timeframe, from: $0) } ?? series.count
      return first..<max(first, end)
    }
    let kept = wanted.indices.filter { index in
      wanted[index].contains { corpus.series[index].isDecidable[$0] }
    }
    let ranges = MarketTraining.parts(kept.map { wanted[$0] }, of: bars)
    let run = DiagnosisRun(
      series: kept.map { corpus.series[$0] }, bars: ranges, parameters: parameters, network: network, plan: plan)
    guard run.decisions > 0 else {
      throw TrainingError("no bar that could be decided lies in the span; give other days or other data")
    }
    let members = kept.map { corpus.members[$0] }
    let spans = kept.indices.map { Self.span(corpus.series[kept[$0]], members[$0], ranges[$0]) }
    let subject = Diagnosis.Subject(
      model: manifest.name, weights: manifest.weightsSHA256, parameters: manifest.architecture.parameterCount,
      badges: badges(members, spans, plan), series: spans)
    return try run.diagnose(subject, progress: progress)
  }

  private static func span(_ series: TradingSeries, _ member: CorpusMember, _ bars: Range<Int>) -> Diagnosis.Span {
    let isTimed = !series.closeTimes.isEmpty && !bars.isEmpty
    return Diagnosis.Span(
      name: series.name, source: member.source,
      from: isTimed ? "\(series.closeTimes[bars.lowerBound])" : nil,
      to: isTimed ? "\(series.closeTimes[bars.upperBound - 1])" : nil, bars: bars.count,
      decisions: bars.count { series.isDecidable[$0] })
  }

  private func badges(
    _ members: [CorpusMember], _ spans: [Diagnosis.Span], _ plan: DiagnosisRun.Plan
  ) -> [Diagnosis.Badge] {
    var badges: [Diagnosis.Badge] = []
    if manifest.untrained {
      badges.append(
        Diagnosis.Badge("UNTRAINED", "The network was never trained; what is found here is what chance put into it."))
    }
    if members.contains(where: { $0.source.lowercased().contains("synthetic") }) {
      badges.append(Diagnosis.Badge("SYNTHETIC", "The prices are made up and were never traded."))
    }
    // Moments in this form sort as texts.
    if let end = manifest.training?["train_to"], spans.contains(where: { ($0.from ?? "9") <= end }) {
      badges.append(
        Diagnosis.Badge(
          "IN SAMPLE",
          "The model learnt from bars up to \(end), some of them are looked at here: payoffs are no evidence."))
    }
    if plan.segments != manifest.architecture.maxSegments {
      badges.append(
        Diagnosis.Badge(
          "OTHER DEPTH",
          "The model decides with \(manifest.architecture.maxSegments) segments; here it thinks \(plan.segments)."))
    }
    if manifest.precision != .float32 {
      badges.append(
        Diagnosis.Badge(
          "COPY", "A \(manifest.precision.label) copy: its weights are looked at with arithmetic of 32-bit floats."))
    }
    return badges
  }
}
