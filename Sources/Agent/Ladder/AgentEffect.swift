import Core

/// What follows from an event at the agent.
public enum AgentEffect: Sendable {
  /// Nothing: an observation from before the run, or a deadline of a question that is closed.
  case none
  /// The decision for the ticket of the event.
  case decision(Decision)
  /// Ask the network; nothing is decided for this ticket yet.
  case think(NetworkRequest)
  /// The event was dropped and counted.
  case discarded(DiscardReason)
}

/// Why the agent dropped an event.
public enum DiscardReason: String, Sendable, Codable, CaseIterable {
  /// An answer after its deadline passed, or a second answer.
  case late
  /// An answer to a question that a newer observation replaced.
  case superseded
  /// An answer to no question that the agent remembers.
  case unknownTicket = "unknown_ticket"
  /// An observation whose ticket is not newer than the last one.
  case staleTicket = "stale_ticket"
}
