import Core
import Foundation

/// Decides when what goes wrong, from one seed. Every kind has a stream of its own, so that leaving one out does not move
/// the others.
struct FaultPlan {
  private var streams: [FaultKind: CounterRandom] = [:]
  /// Kinds that may happen.
  let kinds: Set<FaultKind>
  /// How often each has happened.
  private(set) var counts: [FaultKind: Int] = [:]
  /// False while the world settles.
  var isActive = true

  init(seed: UInt64, kinds: Set<FaultKind>) {
    self.kinds = kinds
    for (index, kind) in FaultKind.allCases.enumerated() {
      streams[kind] = CounterRandom(seed: seed, purpose: .simulationFaults, lane: UInt64(index))
    }
  }

  /// Whether it happens now, at one of its opportunities.
  mutating func strikes(_ kind: FaultKind) -> Bool {
    guard kinds.contains(kind) else { return false }
    // Drawn whether or not it may happen: what follows must not depend on it.
    guard streams[kind]!.uniform() < kind.chance, isActive else { return false }
    note(kind)
    return true
  }

  /// Whether the venue ends an order of its own accord now, if one is open; counted only then.
  mutating func wantsUnaskedCancel() -> Bool {
    kinds.contains(.unaskedCancel) && streams[.unaskedCancel]!.uniform() < FaultKind.unaskedCancel.chance
  }

  /// Counts one that came by itself.
  mutating func note(_ kind: FaultKind) { counts[kind, default: 0] += 1 }

  /// Nanoseconds to the next of a kind that comes by itself; nil when it never comes.
  mutating func pause(_ kind: FaultKind) -> UInt64? {
    guard kinds.contains(kind), kind.perDay > 0 else { return nil }
    let days = -log(1 - streams[kind]!.uniform()) / kind.perDay
    return UInt64(days * 86_400e9) + 1
  }

  /// A length between two bounds in seconds, short ones more often, in nanoseconds.
  mutating func length(_ kind: FaultKind, seconds range: ClosedRange<Double>) -> UInt64 {
    let draw = streams[kind]!.uniform()
    return UInt64(range.lowerBound * pow(range.upperBound / range.lowerBound, draw) * 1e9)
  }

  /// A whole number below a bound.
  mutating func below(_ bound: Int, _ kind: FaultKind) -> Int { streams[kind]!.below(bound) }
}
