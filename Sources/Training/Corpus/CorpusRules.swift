import Core

/// What a decision must have to be learnt from, and how much is read.
package struct CorpusRules: Equatable, Codable, Sendable {
  /// A decision that would earn or lose more than this is taken for an error of the data: nothing is learnt from it.
  package var outlierReturn = 0.4
  /// Holes of at most so many bars of open market are looked over: for markets where a bar without a trade is no bar.
  package var toleratedMissingBars = 0
  /// A corpus of more bars is refused: about 2.3 GB.
  package var barLimit = 20_000_000

  /// Rules with nothing out of the ordinary.
  package init() {}
}

/// Why nothing can be learnt from a decision. The first that holds counts.
package enum Exclusion: String, Codable, CaseIterable, Sendable {
  /// Fewer bars than a whole window with its indicators needs.
  case warmingUp = "warming_up"
  /// Bars are missing in the window, or before the outcome.
  case gap
  /// A feature of the bar is no number: the policy refuses it.
  case nonFinite = "non_finite"
  /// The price did not move for as long as volatility looks back.
  case standstill
  /// The data end before the outcome.
  case noOutcome = "no_outcome"
  /// The outcome is too large to be true.
  case outlier
}

/// Decisions that cannot be learnt from, by cause.
package struct ExclusionCounts: Equatable, Codable, Sendable {
  private var counts = [Int](repeating: 0, count: Exclusion.allCases.count)

  /// Nothing counted yet.
  package init() {}

  /// Decisions left out for a cause.
  package subscript(cause: Exclusion) -> Int {
    get { counts[Self.place(cause)] }
    set { counts[Self.place(cause)] = newValue }
  }

  /// All of them.
  package var total: Int { counts.reduce(0, +) }

  private static func place(_ cause: Exclusion) -> Int { Exclusion.allCases.firstIndex(of: cause)! }

  /// Reads an object of causes. An unknown cause is an error.
  package init(from decoder: any Decoder) throws {
    for (name, count) in try [String: Int](from: decoder) {
      guard let cause = Exclusion(rawValue: name) else {
        throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no cause: \(name)"))
      }
      self[cause] = count
    }
  }

  /// Writes an object with all causes.
  package func encode(to encoder: any Encoder) throws {
    var named: [String: Int] = [:]
    for cause in Exclusion.allCases { named[cause.rawValue] = self[cause] }
    try named.encode(to: encoder)
  }
}
