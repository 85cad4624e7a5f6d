import Core
import Features
import Foundation
import HRM

/// What a person wants to know of a corpus before it is trained on.
package struct CorpusSummary: Codable, Equatable, Sendable {
  /// The series of one class of market.
  package struct Class: Codable, Equatable, Sendable {
    package var name: MarketClass
    /// Where its validation begins.
    package var validationFrom: Timestamp
    package var series: Int
    package var bars: Int
    /// Decisions to learn from before, and to judge by from then on.
    package var train: Int
    package var validation: Int
  }

  /// One series.
  package struct Series: Codable, Equatable, Sendable {
    package var source: String
    package var instrument: String
    package var timeframe: Timeframe
    package var marketClass: MarketClass
    package var isShortable: Bool
    package var bars: Int
    package var from: Timestamp?
    package var to: Timestamp?
    package var refusedRows: Int
    package var gaps: Int
    package var train: Int
    package var validation: Int
    package var excluded: ExclusionCounts
    package var sha256: String
  }

  /// Mean and deviation of a feature over the training decisions.
  package struct Feature: Codable, Equatable, Sendable {
    package var name: String
    package var mean: Float
    package var deviation: Float
  }

  package var bars: Int
  package var instruments: Int
  package var timeframes: [Timeframe]
  package var train: Int
  package var validation: Int
  package var horizonBars: Int
  package var lookbackBars: Int
  package var classes: [Class]
  package var excluded: ExclusionCounts
  /// How the scale was fitted, and the scale; empty without a training decision.
  package var fit: NormaliserFit
  package var normaliser: [Feature]
  package var series: [Series]
  /// Digest of the data manifest.
  package var digest: String
  /// What may be wrong with it.
  package var remarks: [String]
}

extension Corpus {
  /// What is in the corpus, and the scale that its features would be brought to. Call it before they are.
  package func summary(_ fit: NormaliserFit = .mean) -> CorpusSummary {
    let train = decidable(\.train), validation = decidable(\.validation)
    let scale = fit.normaliser(series, splits.map(\.train))
    let list = series.indices.map { index in
      let (series, member) = (series[index], members[index])
      return CorpusSummary.Series(
        source: member.source, instrument: member.symbol, timeframe: member.timeframe, marketClass: member.marketClass,
        isShortable: series.isShortable, bars: series.count, from: series.closeTimes.first, to: series.closeTimes.last,
        refusedRows: member.refusedRows, gaps: member.gaps, train: train[index], validation: validation[index],
        excluded: member.excluded, sha256: member.sourceDigest)
    }
    let classes = MarketClass.allCases.compactMap { name -> CorpusSummary.Class? in
      let own = list.filter { $0.marketClass == name }
      guard !own.isEmpty else { return nil }
      return CorpusSummary.Class(
        name: name, validationFrom: cut ?? name.validationStart, series: own.count,
        bars: own.reduce(0) { $0 + $1.bars },
        train: own.reduce(0) { $0 + $1.train }, validation: own.reduce(0) { $0 + $1.validation })
    }
    var excluded = ExclusionCounts()
    for cause in Exclusion.allCases { excluded[cause] = members.reduce(0) { $0 + $1.excluded[cause] } }
    return CorpusSummary(
      bars: barCount, instruments: symbols.count, timeframes: timeframes, train: train.reduce(0, +),
      validation: validation.reduce(0, +), horizonBars: split.horizonBars, lookbackBars: split.lookbackBars,
      classes: classes, excluded: excluded, fit: fit,
      normaliser: scale.map { scale in
        FeatureSchema.names.indices.map {
          CorpusSummary.Feature(
            name: FeatureSchema.names[$0], mean: scale.means[$0], deviation: scale.deviations[$0])
        }
      } ?? [], series: list, digest: manifest.digest, remarks: remarks(classes, list))
  }

  private func remarks(_ classes: [CorpusSummary.Class], _ list: [CorpusSummary.Series]) -> [String] {
    var remarks: [String] = []
    if Set(classes.map(\.validationFrom)).count > 1 {
      remarks.append(
        "classes are cut at different moments: one trains on days on which another validates; --cut gives all one moment"
      )
    }
    let empty = list.filter { $0.train == 0 && $0.validation == 0 }
    if !empty.isEmpty {
      let names = empty.prefix(3).map(\.source).joined(separator: ", ")
      remarks.append("\(empty.count) series without a decision to learn from: \(names)\(empty.count > 3 ? ", …" : "")")
    }
    if classes.allSatisfy({ $0.train == 0 }) { remarks.append("nothing to train on") }
    if classes.allSatisfy({ $0.validation == 0 }) { remarks.append("nothing to validate on") }
    return remarks
  }
}
