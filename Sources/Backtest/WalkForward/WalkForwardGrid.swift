/// Values of parameters that a walk-forward test tries in place of the usual ones: every combination.
package struct WalkForwardGrid: Sendable, Equatable {
  /// Most combinations.
  package static let mostCandidates = 1000
  /// Largest value of a parameter, in bars.
  package static let largestValue = 1_000_000

  /// One parameter.
  package struct Axis: Sendable, Equatable {
    package var option: String
    package var values: [Int]
  }

  package let axes: [Axis]

  /// Why a text is no grid, in one line.
  package struct Fault: Error, Equatable, CustomStringConvertible {
    package let description: String
  }

  /// Parameters that a policy has.
  package static func options(of policy: String) -> [String] {
    switch policy {
    case "sma-cross": ["fast", "slow"]
    case "momentum": ["lookback"]
    default: []
    }
  }

  /// A grid from texts such as `fast=10,24,48`, one a parameter. Throws `Fault`.
  package init(_ texts: [String]) throws {
    var axes: [Axis] = []
    for text in texts {
      let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let parts = pair.count == 2 ? pair[1].split(separator: ",", omittingEmptySubsequences: false) : []
      let values = parts.map { Int($0) }
      let known = values.compactMap { $0 }
      guard !values.isEmpty, known.count == values.count, known.allSatisfy({ (1...Self.largestValue).contains($0) })
      else {
        throw Fault(
          description:
            "--grid \(text): write a parameter and bars from 1 to \(Self.largestValue), such as fast=10,24,48")
      }
      let option = String(pair[0])
      guard !axes.contains(where: { $0.option == option }), Set(known).count == known.count else {
        throw Fault(description: "--grid \(text): a parameter or a value is there twice; write each once")
      }
      axes.append(Axis(option: option, values: known))
    }
    self.axes = axes
  }

  /// All combinations for a policy, in the order of the axes; those that make no rule (a fast mean that is not faster) are left
  /// out. Parameters without an axis are those of `request`. Throws `Fault` for a parameter that the policy does not have, and
  /// for none or too many combinations.
  package func candidates(_ request: PolicyRequest) throws -> [WalkForward.Candidate] {
    let known = Self.options(of: request.name)
    if let axis = axes.first(where: { !known.contains($0.option) }) {
      let names = known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))"
      throw Fault(description: "--grid \(axis.option): \(request.name) has no such parameter; \(names)")
    }
    let count = axes.reduce(1.0) { $0 * Double($1.values.count) }
    guard count <= Double(Self.mostCandidates) else {
      throw Fault(description: "--grid: \(Int(count)) combinations, at most \(Self.mostCandidates) are tried")
    }
    var combinations: [[Int]] = [[]]
    for axis in axes { combinations = combinations.flatMap { start in axis.values.map { start + [$0] } } }
    let candidates = combinations.compactMap { values -> WalkForward.Candidate? in
      func value(_ option: String) -> Int? { axes.firstIndex { $0.option == option }.map { values[$0] } }
      if request.name == "sma-cross", value("fast") ?? request.fast >= value("slow") ?? request.slow { return nil }
      return WalkForward.Candidate(
        name: zip(axes, values).map { "\($0.option) \($1)" }.joined(separator: ", "),
        arguments: zip(axes, values).flatMap { ["--\($0.option)", "\($1)"] })
    }
    guard !candidates.isEmpty else {
      throw Fault(
        description: "--grid: no combination makes a rule; the fast mean must have fewer bars than the slow one")
    }
    return candidates
  }
}
