import Agent
import Core
import Execution
import Foundation
import Risk

/// What must survive a restart, written to the journal with every change and given back to the stages at the next start.
public struct EngineState: Codable, Equatable, Sendable {
  public var execution: ExecutionState
  public var risk: RiskCounters
  public var rollback: RollbackState
  /// Sessions so far.
  public var sessions: Int

  /// State as given.
  public init(execution: ExecutionState, risk: RiskCounters, rollback: RollbackState, sessions: Int) {
    self.execution = execution
    self.risk = risk
    self.rollback = rollback
    self.sessions = sessions
  }

  /// Canonical JSON. Throws what the encoder throws, which for these types is nothing.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }

  /// Reads what `encoded` wrote. Throws `DecodingError`.
  public init(decoding bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(EngineState.self, from: Data(bytes))
  }
}
