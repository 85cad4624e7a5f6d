import Core
import Digest

/// Names of traces and spans as W3C Trace Context has them: 16 and 8 bytes in hexadecimal. One trace leads from a decision at the
/// close of a bar to the fills of its orders. They follow from the bot and the sequence alone, so that whoever has a record of
/// the journal can name its trace, and a restart goes on with the same ones.
package struct TraceNames: Sendable {
  private let scope: String

  /// Names of one bot. `scope` keeps the traces of two bots apart, for example host and state directory.
  package init(scope: String) { self.scope = scope }

  /// The trace of a decision, or of the control record that orders came from, by its sequence number.
  package func trace(_ sequence: UInt64) -> String { name("trace \(sequence)", bytes: 16) }
  /// The span of the decision: the root of its trace.
  package func decision(_ sequence: UInt64) -> String { name("decision \(sequence)", bytes: 8) }
  /// The span of an order, below its decision.
  package func order(_ id: ClientOrderID) -> String { name("order \(id)", bytes: 8) }
  /// The span of a fill, below its order.
  package func fill(_ tradeID: UInt64, of id: ClientOrderID) -> String { name("fill \(tradeID) \(id)", bytes: 8) }

  private func name(_ text: String, bytes: Int) -> String {
    SHA256.hex(SHA256.digest(Array("hrmbot \(text) \(scope)".utf8)).prefix(bytes))
  }
}
