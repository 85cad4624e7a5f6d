/// What a network does inside while it decides on recorded bars.
package struct Diagnosis: Codable, Equatable, Sendable {
  /// Who was looked at, and on what.
  package var subject: Subject
  /// Decisions that were looked at.
  package var decisions: Int
  /// Segments of a decision, cycles of a segment and steps of a cycle.
  package var segments: Int
  package var cycles: Int
  package var steps: Int
  /// Cost of one unit of turnover in basis points; all payoffs are net of it.
  package var costBp: Double
  package var convergence: Convergence
  package var depth: DepthEvidence
  package var dimensions: StateDimensions
  package var halting: HaltingCalibration
  package var attribution: Attribution
  package var regimes: RegimeBehaviour

  /// A network and its bars.
  package struct Subject: Codable, Equatable, Sendable {
    /// Name of the model, SHA-256 of its weights in hex, and how many they are.
    package var model: String
    package var weights: String
    package var parameters: Int
    /// Words that everything else stands under, such as UNTRAINED, with what they mean.
    package var badges: [Badge]
    /// Series with their bars that were looked at.
    package var series: [Span]

    /// A subject as given.
    package init(model: String, weights: String, parameters: Int, badges: [Badge], series: [Span]) {
      (self.model, self.weights, self.parameters) = (model, weights, parameters)
      (self.badges, self.series) = (badges, series)
    }
  }

  /// A word that stands out.
  package struct Badge: Codable, Equatable, Sendable {
    package var name: String
    package var text: String

    /// A word with what it means.
    package init(_ name: String, _ text: String) { (self.name, self.text) = (name, text) }
  }

  /// Bars of a series.
  package struct Span: Codable, Equatable, Sendable {
    /// Symbol with its timeframe, and source.
    package var name: String
    package var source: String
    /// Closes of the first and last bar; nil without a calendar.
    package var from: String?
    package var to: String?
    package var bars: Int
    package var decisions: Int
  }

  /// The findings in the order of the report, each under its heading.
  package var findings: [(heading: String, text: String)] {
    [
      ("Convergence", convergence.finding), ("Depth", depth.depthFinding), ("Does depth pay", depth.finding),
      ("Dimensions", dimensions.finding), ("Halting", halting.finding), ("Attribution", attribution.finding),
      ("Regimes", regimes.finding),
    ]
  }
}
