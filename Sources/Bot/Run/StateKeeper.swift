import Core
import Journal
import Synchronization

/// Hands the engine's state to the journal whenever it has changed, to be committed with the records that changed it.
final class StateKeeper: Sendable {
  private struct State {
    var engine: Engine?
    var saved: EngineState?
  }
  private let writer: JournalWriter?
  private let sessions: Int
  private let state = Mutex(State())

  /// A keeper for one session; without a writer it keeps nothing.
  init(writer: JournalWriter?, sessions: Int) {
    self.writer = writer
    self.sessions = sessions
  }

  /// The engine whose state is kept; set once, right after it is put together.
  var engine: Engine? {
    get { state.withLock { $0.engine } }
    set { state.withLock { $0.engine = newValue } }
  }

  /// Hands over the state if it has changed.
  func save() async {
    guard let writer, let engine else { return }
    let current = await engine.supervisor.engineState(sessions: sessions)
    let isNew = state.withLock { state in
      defer { state.saved = current }
      return state.saved != current
    }
    if isNew, let bytes = try? current.encoded() { writer.setState(bytes) }
  }
}
