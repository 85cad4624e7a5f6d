/// Where the server listens, and its limits.
package struct ServerLimits: Sendable {
  /// Connections at once, on each address; more wait to be accepted.
  package static let connections = 32
  /// Bytes of a request's body; more are refused (413).
  package static let bodyBytes = 64 * 1024
  /// Bytes of all headers of a request together.
  package static let headerBytes = 16 * 1024
  /// Seconds within which a request must have come in whole.
  package static let requestSeconds = 5
  /// Seconds without a turn of the trading loop after which the bot counts as dead.
  package static let loopSeconds = 2
  /// Decisions kept for `/api/v1/decisions`.
  package static let decisions = 500
  /// Questions to the journal that may wait; more are refused (503).
  package static let waitingQuestions = 16
  /// Log lines kept for `/api/v1/logs`.
  package static let logLines = 500
  /// Events that may wait for one subscriber; then the oldest go, and are counted.
  package static let waitingEvents = 256
  /// Subscribers at once; more are refused (503).
  package static let subscribers = 16
}
