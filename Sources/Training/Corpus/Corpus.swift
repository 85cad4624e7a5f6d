import Backtest
import Bot
import Core
import Digest
import Feed
import Foundation
import HRM

/// Recorded markets as a trainer reads them: series, how they are cut, and the scale of their features.
package struct Corpus: Sendable {
  /// The series, in the order of the sources.
  package private(set) var series: [TradingSeries]
  /// What is known of each.
  package private(set) var members: [CorpusMember]
  /// Which bars of each train and validate.
  package private(set) var splits: [SeriesSplit]
  /// Scale that the features were brought to; nil: none so far.
  package private(set) var normaliser: InputNormaliser?
  /// What a decision had to have, how the series are cut, and where, if not where their classes are.
  package let rules: CorpusRules
  package let split: SplitRule
  package let cut: Timestamp?

  /// A corpus of series that are at hand. `members` and `splits`: one a series.
  package init(
    series: [TradingSeries], members: [CorpusMember], splits: [SeriesSplit], rules: CorpusRules = CorpusRules(),
    split: SplitRule = SplitRule(), cut: Timestamp? = nil
  ) {
    precondition(series.count == members.count && series.count == splits.count)
    self.series = series
    self.members = members
    self.splits = splits
    self.rules = rules
    self.split = split
    self.cut = cut
  }

  /// Reads what was asked for. `progress` gets the number of a source and its name before each.
  ///
  /// - Throws: `StartError` for a source that cannot be read, that comes twice, and for more bars than the rules allow.
  package init(_ request: CorpusRequest, progress: (Int, String) throws -> Void = { _, _ in }) throws {
    self.init(series: [], members: [], splits: [], rules: request.rules, split: request.split, cut: request.cut)
    var seen: [String: String] = [:]
    for (number, source) in request.sources.enumerated() {
      let name = Self.name(of: source)
      try progress(number, name)
      guard let (made, member) = try Self.read(source, name, request, room: rules.barLimit - barCount) else { continue }
      if let other = seen.updateValue(name, forKey: member.digest) {
        throw StartError("\(name): the same bars as \(other); give them once", exitCode: 66)
      }
      series.append(made)
      members.append(member)
      splits.append(
        split.split(
          closeTimes: made.closeTimes, timeframe: member.timeframe,
          at: cut ?? member.marketClass.validationStart))
    }
    guard !series.isEmpty else {
      let wanted = request.timeframe.map { " of \($0)" } ?? ""
      throw StartError("no series\(wanted) among \(request.sources.count) sources; name others", exitCode: 66)
    }
  }

  /// Bars of all series.
  package var barCount: Int { series.reduce(0) { $0 + $1.count } }
  /// Symbols in the order in which they first come.
  package var symbols: [String] {
    var seen: Set<String> = []
    return members.map(\.symbol).filter { seen.insert($0).inserted }
  }
  /// Lengths of bars, ascending.
  package var timeframes: [Timeframe] { Set(members.map(\.timeframe)).sorted() }
  /// Bars of each series that decisions can be learnt from, by part.
  package func decidable(_ part: KeyPath<SeriesSplit, Range<Int>>) -> [Int] {
    zip(series, splits).map { series, split in split[keyPath: part].count { series.isDecidable[$0] } }
  }
  /// From the first bar's close to the last's.
  package var span: Range<Timestamp>? {
    let times = series.filter { !$0.closeTimes.isEmpty }
    guard let first = times.map({ $0.closeTimes[0] }).min(), let last = times.map({ $0.closeTimes.last! }).max(),
      first < last
    else { return nil }
    return first..<last
  }

  /// The splits of a fold of a walk-forward in place of those of the classes.
  package func splits(of fold: CorpusFold) -> [SeriesSplit] {
    zip(series, members).map { split.split(closeTimes: $0.closeTimes, timeframe: $1.timeframe, fold: fold) }
  }

  /// Gives every series the rows that a model has for it.
  package mutating func assignRows(of manifest: ModelManifest) {
    for index in series.indices {
      series[index].instrumentRow = manifest.row(ofInstrument: members[index].symbol)
      series[index].timeframeRow = manifest.row(ofTimeframe: members[index].timeframe.description)
    }
  }

  /// Brings the features to the scale of a model, by the function that its decisions use. Once only.
  package mutating func normalise(_ normaliser: InputNormaliser) {
    precondition(self.normaliser == nil, "a corpus is normalised once")
    for index in series.indices { series[index].normalise(normaliser, from: members[index].knownFrom) }
    self.normaliser = normaliser
  }
}

extension TradingSeries {
  /// Brings the features of the bars from `bar` on to a model's scale.
  package mutating func normalise(_ normaliser: InputNormaliser, from bar: Int) {
    let start = bar * featureCount
    features.withUnsafeMutableBufferPointer {
      normaliser.apply(to: UnsafeMutableBufferPointer(rebasing: $0[start...]))
    }
  }

  /// SHA-256 of all numbers in hex: what was learnt from.
  package var digest: String {
    let hasher = SHA256Hasher()
    features.withUnsafeBytes { hasher.update($0) }
    clock.withUnsafeBytes { hasher.update($0) }
    for numbers in [returns, deviations, complexity] { numbers.withUnsafeBytes { hasher.update($0) } }
    hasher.update(isDecidable.map { $0 ? 1 : 0 })
    closeTimes.map(\.milliseconds).withUnsafeBytes { hasher.update($0) }
    return SHA256.hex(hasher.finish())
  }
}
