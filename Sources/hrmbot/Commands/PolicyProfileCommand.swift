import ArgumentParser
import Bot
import Foundation
import HRM
import Settings
import Training

extension PolicyCommand {
  struct Profile: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Record with a model what it is measured against while it trades: features in training, trades expected.",
      discussion: """
        Training records the profile of features by itself; this does it for a model that has none, from the same data. It \
        changes only the manifest, and removes a signature: sign the model again. What its trades are expected to earn \
        must come from data that it was not trained on, net of costs: numbers of `hrmbot backtest --policy hrm --json` or \
        of your own records, with --expected-return, --expected-deviation and --expected-trades.

        EXAMPLES
          hrmbot policy profile run1/model --data DIR --timeframe 1h
          hrmbot policy profile run1/model --data DIR --timeframe 1h --cut 2024-01-01 --window 300
          hrmbot policy profile run1/model --expected-return 0.0012 --expected-deviation 0.014 --expected-trades 412 \
        --expected-from "BTCUSDT 1h 2024, 12 bp a side"
        """)
    @Argument(help: "Directory of the model.") var model: String
    @OptionGroup var corpus: CorpusOptions
    @Option(help: "Bars of one instrument that are compared at a time, 20...10000.") var window = Corpus
      .profileWindowBars
    @Option(help: "Mean net result of a trade as a share of its cost: 0.001 is 10 bp.") var expectedReturn: Double?
    @Option(help: "Standard deviation of those results.") var expectedDeviation: Double?
    @Option(help: "Trades that they come from, at least \(TradeExpectation.fewestTrades).") var expectedTrades: Int?
    @Option(help: ArgumentHelp("Where they come from.", valueName: "text")) var expectedFrom: String?
    @Flag(help: "One JSON object.") var json = false

    func validate() throws {
      guard FeatureProfile.windowRange.contains(window) else {
        throw ValidationError("--window \(window): write 20...10000")
      }
      let given = [expectedReturn != nil, expectedDeviation != nil, expectedTrades != nil, expectedFrom != nil]
      guard Set(given).count == 1 else {
        throw ValidationError(
          "--expected-return, --expected-deviation, --expected-trades and --expected-from belong together")
      }
      guard !corpus.data.isEmpty || expectedReturn != nil else {
        throw ValidationError("give --data for a profile of features, or --expected-return and its companions")
      }
    }

    func run() throws {
      let policy = try corpus.settings.load().settings.policy
      let store = PolicyStore(home: corpus.catalog.common.stateDirectory, settings: policy)
      let path = store.directory(model)
      guard !path.hasPrefix(store.path + "/") else {
        throw StartError(
          "\(path): entries of the archive never change; do it with the model, and archive that", exitCode: 73)
      }
      let entry = try PolicyEntry(unsignedAt: path, settings: policy)
      guard var manifest = entry.model else {
        throw StartError("\(path) is an mlp: only a model has a profile", exitCode: 65)
      }
      var reference = manifest.reference ?? PolicyReference()
      if !corpus.data.isEmpty { reference.profile = try profile(manifest) }
      if let expectedReturn, let expectedDeviation, let expectedTrades, let expectedFrom {
        let expectation = TradeExpectation(
          meanReturn: expectedReturn, deviation: expectedDeviation, trades: expectedTrades, source: expectedFrom)
        if let fault = expectation.fault { throw StartError("--expected…: \(fault)", exitCode: 64) }
        reference.expectation = expectation
      }
      manifest.reference = reference
      let wasSigned = entry.standing != .unsigned
      do { try ModelDirectory.replaceManifest(of: path, with: manifest) } catch {
        throw StartError("\(error)", exitCode: 73)
      }
      let written = try PolicyEntry(path, settings: policy)
      print(
        json ? try PolicyText.json(written) : ([path] + PolicyText.reference(reference)).joined(separator: "\n"))
      if wasSigned { Console.note("its signature was of the old manifest and is gone: sign it again") }
    }

    private func profile(_ manifest: ModelManifest) throws -> FeatureProfile {
      let data = try corpus.read(try corpus.request())
      guard let profile = data.featureProfile(windowBars: window) else {
        throw StartError("no series has \(window) bars that train; give more data, or a smaller --window", exitCode: 66)
      }
      if let trained = manifest.training?["data_digest"], trained != data.manifest.digest {
        Console.note(
          "these are not the data that \(manifest.name) says it was trained on (\(trained.prefix(16))…, these are "
            + "\(data.manifest.digest.prefix(16))…): what was usual there may not be usual here")
      }
      return profile
    }
  }
}
