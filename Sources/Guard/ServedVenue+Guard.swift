import Core
import Execution

extension ServedVenue: GuardVenue {
  package func instruments() async throws -> InstrumentTable { InstrumentTable(try await market().instruments) }

  package func lastPrice(of instrument: InstrumentID) async throws -> Price? {
    try await history(of: instrument, count: 1).last?.close
  }

  package func setDeadMan(millis: Int) async throws { try await cancelAllAfter(millis: Int64(millis)) }
}
