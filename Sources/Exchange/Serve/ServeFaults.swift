import Core

/// Faults that a served exchange plays on purpose, each with a chance in ten thousand; all draws come from one seed.
package struct ServeFaults: Sendable {
  /// What is done to the answer of a submission or a cancel.
  package enum AnswerFault: Hashable, Sendable { case drop, delay, unknownDone, unknownNotDone }
  /// What is done to a report.
  package enum ReportFault: Hashable, Sendable { case duplicate, holdBack }

  private var chances: [String: Int] = [:]
  private var random: CounterRandom
  /// Faults played so far, by name.
  package private(set) var played: [String: Int] = [:]
  /// Names that the text may hold.
  package static let names = ["drop", "delay", "unknown", "duplicate", "disorder"]
  /// Longest delay, in milliseconds.
  package static let longestDelayMillis = 3000

  /// Reads `drop=100,delay=50`: names with chances in ten thousand. Throws `WireFault`.
  package init(_ text: String, seed: UInt64) throws(WireFault) {
    random = CounterRandom(seed: seed, purpose: .exchangeFaults)
    for part in text.split(separator: ",") {
      let words = part.split(separator: "=", omittingEmptySubsequences: false)
      guard words.count == 2, Self.names.contains(String(words[0])), let chance = Int(words[1]),
        (0...10_000).contains(chance)
      else {
        throw WireFault(
          .invalid, "\(part): write NAME=CHANCE, a chance in ten thousand of \(Self.names.joined(separator: ", "))")
      }
      chances[String(words[0])] = chance
    }
  }

  private mutating func strikes(_ name: String) -> Bool {
    guard let chance = chances[name], random.below(10_000) < chance else { return false }
    played[name, default: 0] += 1
    return true
  }

  /// The fault of the next answer to a submission or a cancel.
  package mutating func nextAnswer() -> AnswerFault? {
    if strikes("drop") { return .drop }
    if strikes("delay") { return .delay }
    if strikes("unknown") { return random.below(2) == 0 ? .unknownDone : .unknownNotDone }
    return nil
  }

  /// The fault of the next report.
  package mutating func nextReport() -> ReportFault? {
    if strikes("duplicate") { return .duplicate }
    return strikes("disorder") ? .holdBack : nil
  }

  /// A delay up to `limit` milliseconds.
  package mutating func delayMillis(atMost limit: Int = longestDelayMillis) -> Int { 1 + random.below(limit) }
}
