import Core
import Synchronization

/// The last gate before the wire. The watcher of the control directory closes it the moment it sees a stop, before the
/// stop comes round as an event; every order passes it.
package final class StopGate: LastGate {
  /// Why the gate is closed.
  package struct Closure: Sendable, Equatable {
    package var level: StopLevel
    package var source: StopSource
    package var reason: String
  }

  private struct State {
    var closure: Closure?
    var generation: UInt64 = 0
  }
  private let state = Mutex(State())
  /// Whether `state` holds anything: asked for every input and every order.
  private let isClosed = Atomic(false)

  /// An open gate.
  package init() {}

  /// Why the gate is closed; nil when it is open.
  package var closure: Closure? { isClosed.load(ordering: .acquiring) ? state.withLock { $0.closure } : nil }

  /// The level in force.
  package var level: StopLevel? { closure?.level }

  /// Closes the gate, or closes it further; never opens it.
  package func close(_ level: StopLevel, source: StopSource, reason: String) {
    state.withLock { state in
      state.generation += 1
      guard state.closure.map({ $0.level < level }) ?? true else { return }
      state.closure = Closure(level: level, source: source, reason: reason)
      isClosed.store(true, ordering: .sequentiallyConsistent)
    }
  }

  /// Counts every wish to close, also one that changed nothing.
  package var generation: UInt64 { state.withLock { $0.generation } }

  /// Opens the gate after a person's resume, unless somebody wished it closed since `generation`. False: it stays closed.
  package func open(unlessClosedSince generation: UInt64) -> Bool {
    state.withLock { state in
      guard state.generation == generation else { return false }
      state.closure = nil
      isClosed.store(false, ordering: .sequentiallyConsistent)
      return true
    }
  }

  package func pass(_ request: OrderRequest, _ handOver: () -> Void) -> Bool {
    // The lock that closing takes too: that is what makes an order that leaves and a stop that comes one after the other.
    state.withLock { state in
      guard Self.allows(request, under: state.closure?.level) else { return false }
      handOver()
      return true
    }
  }

  package func pass(pair: ProtectivePair, _ handOver: () -> Void) -> Bool {
    state.withLock { state in
      guard pair.requests.allSatisfy({ Self.allows($0, under: state.closure?.level) }) else { return false }
      handOver()
      return true
    }
  }

  /// Whether an order may leave now. Only `pass` says it for good.
  package func allows(_ request: OrderRequest) -> Bool { Self.allows(request, under: level) }

  /// Whether an order may leave while a stop of `level` holds; nil: none does.
  package static func allows(_ request: OrderRequest, under level: StopLevel?) -> Bool {
    switch level {
    case nil: true
    case .reduce: request.isReduceOnly
    case .stop: false
    case .flatten: request.isReduceOnly && request.clientID.role == .flatten
    }
  }
}
