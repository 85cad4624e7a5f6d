import Core

/// A question to the network whose answer decides.
struct PendingDecision: Sendable {
  let ticket: UInt64
  let observation: Observation
  /// Place in the list of the policy that asked.
  let policyIndex: Int
  /// Number of the switch of policy after which it was asked.
  let generation: UInt64
}

/// The open questions, at most one per instrument, and how the last ones closed.
struct PendingDecisions: Sendable {
  /// Closed questions remembered, to tell a late answer from one to nothing.
  static let closedCapacity = 256
  private var open: [PendingDecision] = []
  private var closed: [(ticket: UInt64, reason: DiscardReason)] = []
  private var nextClosed = 0

  var count: Int { open.count }

  mutating func insert(_ pending: PendingDecision) { open.append(pending) }

  /// Takes the open question with a ticket out, closing it: a further answer to it is late.
  mutating func take(_ ticket: UInt64) -> PendingDecision? {
    guard let index = open.firstIndex(where: { $0.ticket == ticket }) else { return nil }
    close(ticket, .late)
    return open.remove(at: index)
  }

  /// Drops the open question of an instrument; whether there was one.
  mutating func supersede(_ instrument: InstrumentID) -> Bool {
    guard !open.isEmpty, let index = open.firstIndex(where: { $0.observation.instrument == instrument }) else {
      return false
    }
    close(open.remove(at: index).ticket, .superseded)
    return true
  }

  /// Why an answer to a ticket that is not open is discarded.
  func reason(_ ticket: UInt64) -> DiscardReason {
    closed.first { $0.ticket == ticket }?.reason ?? .unknownTicket
  }

  private mutating func close(_ ticket: UInt64, _ reason: DiscardReason) {
    if closed.count < Self.closedCapacity {
      closed.append((ticket, reason))
    } else {
      closed[nextClosed] = (ticket, reason)
      nextClosed = (nextClosed + 1) % Self.closedCapacity
    }
  }
}
