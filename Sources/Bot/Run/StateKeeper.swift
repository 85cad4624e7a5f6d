import Core
import Journal

/// Hands the engine's state to the journal whenever it has changed: a `state` record names it by its hash, so that the
/// chain proves which stored state belongs to it, and both are committed together.
///
/// A verification has a keeper of its own, which makes the same records from the same states.
package actor StateKeeper {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private let engine: Engine
  private let sessions: Int
  private var saved: EngineState?

  /// A keeper for one session. It numbers records, so it must be on the engine's executor.
  package init(executor: any SerialExecutor, engine: Engine, sessions: Int) {
    self.executor = executor
    self.engine = engine
    self.sessions = sessions
  }

  /// Hands over the state if it has changed. `isWithinInput`: an input is not worked off yet; an intent is about to be
  /// written, and the state that knows of it goes first.
  package func save(isWithinInput: Bool) async {
    guard engine.recorder.isRecording else { return }
    let current = await engine.supervisor.engineState(sessions: sessions)
    guard current != saved else { return }
    let bytes = current.encoded()
    saved = current
    engine.recorder.record(.state, state: bytes) { _ in
      RecordEncoder.state(StateRecord(of: bytes, isWithinInput: isWithinInput))
    }
  }
}

/// The keeper of an engine that is not put together yet: what it calls out to needs the engine, and the engine needs what
/// it calls out to.
package final class StateKeeperPlace: @unchecked Sendable {
  /// Set once, right after the engine is put together and before its first input.
  package var keeper: StateKeeper?
  /// An empty place.
  package init() {}
  /// Saves the state in the middle of an input.
  package func save() async { await keeper?.save(isWithinInput: true) }
}
