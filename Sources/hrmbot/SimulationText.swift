import Foundation
import Simulation

/// Sums over seeds.
struct SimulationTotals {
  var seeds = 0
  var events: UInt64 = 0
  var jobs: UInt64 = 0
  var virtualSeconds = 0.0
  var records = 0
  var fills = 0
  var orders = 0
  var starts = 0
  var violations = 0
  var faults: [FaultKind: Int] = [:]
  var looks: [Invariant: Int] = [:]
  var chains: [(seed: UInt64, chain: String)] = []
  var seconds = 0.0

  mutating func add(_ outcome: SimulationOutcome) {
    seeds += 1
    events += outcome.events
    jobs += outcome.jobs
    virtualSeconds += Double(outcome.nanoseconds) / 1e9
    records += outcome.records
    fills += outcome.fills
    orders += outcome.orders
    starts += outcome.starts
    violations += outcome.violation == nil ? 0 : 1
    faults.merge(outcome.faults, uniquingKeysWith: +)
    looks.merge(outcome.looks, uniquingKeysWith: +)
    chains.append((outcome.seed, outcome.chain))
  }
}

/// How simulations are shown.
enum SimulationText {
  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func right(_ number: Int, _ width: Int) -> String {
    let text = "\(number)"
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  static func line(_ outcome: SimulationOutcome) -> String {
    "seed \(padded("\(outcome.seed)", 8)) \(outcome.violation == nil ? "ok " : "BAD") "
      + "\(right(outcome.records, 8)) records \(right(outcome.orders, 5)) orders \(right(outcome.fills, 5)) fills "
      + "\(right(outcome.starts, 3)) starts  chain \(outcome.chain.prefix(16))"
  }

  static func table(_ totals: SimulationTotals, _ kinds: Set<FaultKind>) -> String {
    var lines = ["", "faults injected"]
    for kind in FaultKind.allCases where kinds.contains(kind) {
      lines.append("  \(padded(kind.rawValue, 24)) \(right(totals.faults[kind] ?? 0, 10))")
    }
    lines += ["", "invariants looked at"]
    for invariant in Invariant.allCases {
      lines.append("  \(padded(invariant.rawValue, 44)) \(right(totals.looks[invariant] ?? 0, 12))")
    }
    let rate = totals.virtualSeconds / max(totals.seconds, 1e-9)
    lines += [
      "",
      "\(totals.seeds) seeds, \(totals.violations) violations, \(totals.records) records, \(totals.orders) orders, "
        + "\(totals.fills) fills, \(totals.starts) starts",
      String(
        format: "%.1f s: %.0f events/s, %.0f jobs/s, %.2f days/s, %.0f x real time", totals.seconds,
        Double(totals.events) / totals.seconds, Double(totals.jobs) / totals.seconds,
        totals.virtualSeconds / 86_400 / totals.seconds, rate),
    ]
    return lines.joined(separator: "\n")
  }

  private struct Result: Encodable {
    struct Bad: Encodable {
      var seed: UInt64
      var invariant: String
      var detail: String
      var event: UInt64
    }
    struct Chain: Encodable {
      var seed: UInt64
      var chain: String
    }
    var seeds: Int
    var violations: [Bad]
    var events: UInt64
    var jobs: UInt64
    var records: Int
    var orders: Int
    var fills: Int
    var starts: Int
    var virtualSeconds: Double
    var wallSeconds: Double
    var faults: [String: Int]
    var invariants: [String: Int]
    var chains: [Chain]
  }

  static func json(_ totals: SimulationTotals, _ failed: [(UInt64, Violation)]) throws -> String {
    try Output.json(
      Result(
        seeds: totals.seeds,
        violations: failed.map {
          .init(seed: $0, invariant: $1.invariant.rawValue, detail: $1.detail, event: $1.event)
        },
        events: totals.events, jobs: totals.jobs, records: totals.records, orders: totals.orders, fills: totals.fills,
        starts: totals.starts, virtualSeconds: totals.virtualSeconds, wallSeconds: totals.seconds,
        faults: Dictionary(uniqueKeysWithValues: totals.faults.map { ($0.key.rawValue, $0.value) }),
        invariants: Dictionary(uniqueKeysWithValues: totals.looks.map { ($0.key.rawValue, $0.value) }),
        chains: totals.chains.map { .init(seed: $0.seed, chain: $0.chain) }))
  }

  private struct Mutants: Encodable {
    struct Caught: Encodable {
      var bug: String
      var seed: UInt64
      var event: UInt64
      var invariant: String
    }
    var caught: [Caught]
    var missed: [String]
  }

  static func json(
    _ caught: [(bug: PlantedBug, seed: UInt64, violation: Violation)], _ missed: [PlantedBug]
  ) throws -> String {
    try Output.json(
      Mutants(
        caught: caught.map {
          .init(
            bug: $0.bug.rawValue, seed: $0.seed, event: $0.violation.event, invariant: $0.violation.invariant.rawValue)
        }, missed: missed.map(\.rawValue)))
  }
}
