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

  /// Canonical JSON. Throws what the encoder throws, which for these types is nothing.
  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  /// Reads what `encoded` wrote. Throws `DecodingError`.
  package init(decoding bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(EngineState.self, from: Data(bytes))
  }
}
