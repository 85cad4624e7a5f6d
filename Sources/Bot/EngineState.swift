import Agent
import Core
import Execution
import Foundation
import Risk

/// What must survive a restart, written to the journal with every change and given back to the stages at the next start.
package struct EngineState: Codable, Equatable, Sendable {
  package var execution: ExecutionState
  package var risk: RiskCounters
  package var rollback: RollbackState
  /// Sessions so far.
  package var sessions: Int

  /// State as given.
  package init(execution: ExecutionState, risk: RiskCounters, rollback: RollbackState, sessions: Int) {
    self.execution = execution
    self.risk = risk
    self.rollback = rollback
    self.sessions = sessions
  }

  /// Canonical JSON.
  package func encoded() -> [UInt8] {
    var json = CanonicalJSON(capacity: 4096 + 512 * (execution.orders.count + execution.ended.count))
    json.object { json in
      json.key("execution")
      json.value(execution)
      json.key("risk")
      json.value(risk)
      json.key("rollback")
      json.value(rollback)
      json.key("sessions")
      json.value(sessions)
    }
    return json.bytes
  }

  /// Reads what `encoded` wrote, whole or not at all. Throws `DecodingError`, or `UnknownStatePart` where it says what this
  /// build knows nothing of: a newer build's state, half read, would be a position without its stop.
  package init(decoding bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(EngineState.self, from: Data(bytes))
    let own = encoded()
    if own != bytes, let path = try JSONTree.parse(bytes).firstPart(missingFrom: JSONTree.parse(own)) {
      throw UnknownStatePart(path: path)
    }
  }
}
