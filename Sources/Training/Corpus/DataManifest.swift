import Core
import Digest
import Features
import Foundation
import HRM

/// What a model was trained on, for checkpoints and the ledger of trials: enough to tell whether it was the same.
package struct DataManifest: Codable, Equatable, Sendable {
  /// One series.
  package struct Entry: Codable, Equatable, Sendable {
    /// Name of the source without its directory, and SHA-256 of its bytes in hex.
    package var file: String
    package var sha256: String
    package var instrument: String
    package var timeframe: Timeframe
    package var marketClass: MarketClass
    /// Bars, and those that decisions can be learnt from.
    package var bars: Int
    package var decidable: Int
    /// First and last close; nil without bars.
    package var from: Timestamp?
    package var to: Timestamp?
    /// Bars that train and validate.
    package var split: SeriesSplit
    /// SHA-256 of the numbers made of the bars, before normalisation, in hex.
    package var features: String
  }

  /// Hash of the features' definitions.
  package var featureSchema: String
  package var rules: CorpusRules
  package var split: SplitRule
  /// Validation of all classes begins here; nil: where each class says.
  package var cut: Timestamp?
  /// Series in the order of the corpus.
  package var series: [Entry]

  /// SHA-256 over all of it in hex: the same for the same data and rules, wherever they lie.
  package var digest: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // All members are plain values: encoding cannot fail.
    guard let bytes = try? encoder.encode(self) else { preconditionFailure("a manifest is always JSON") }
    return SHA256.hex(SHA256.digest([UInt8](bytes)))
  }
}

extension Corpus {
  /// What is in the corpus.
  package var manifest: DataManifest {
    DataManifest(
      featureSchema: FeatureSchema.hash, rules: rules, split: split, cut: cut,
      series: series.indices.map { index in
        let (series, member) = (series[index], members[index])
        return DataManifest.Entry(
          file: member.source, sha256: member.sourceDigest, instrument: member.symbol, timeframe: member.timeframe,
          marketClass: member.marketClass, bars: series.count, decidable: series.isDecidable.count { $0 },
          from: series.closeTimes.first, to: series.closeTimes.last, split: splits[index], features: member.digest)
      })
  }
}
