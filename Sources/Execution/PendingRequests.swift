import Exchange

/// Requests whose answers are still to come.
struct PendingRequests {
  /// How a request ended.
  enum Ending { case answer(WireAnswer), loss(String) }

  private struct Entry {
    var id: UInt64
    var deadline: UInt64
    var end: (Ending) -> Void
  }
  /// In the order of their ids.
  private var entries: [Entry] = []
  private var lastID: UInt64 = 0

  /// Requests that wait.
  var count: Int { entries.count }
  /// The earliest moment at which one is no longer waited for.
  var nextDeadline: UInt64? { entries.map(\.deadline).min() }

  /// Notes a request; returns its id, which no other request of this client bears.
  mutating func add(deadline: UInt64, _ end: @escaping (Ending) -> Void) -> UInt64 {
    lastID += 1
    entries.append(Entry(id: lastID, deadline: deadline, end: end))
    return lastID
  }

  /// Takes out the request of an answer; nil: nobody waits for it.
  mutating func take(_ id: UInt64) -> ((Ending) -> Void)? {
    guard let place = entries.firstIndex(where: { $0.id == id }) else { return nil }
    return entries.remove(at: place).end
  }

  /// Takes out the requests whose time is over, or all.
  mutating func takeOverdue(at nanoseconds: UInt64?) -> [(Ending) -> Void] {
    guard let nanoseconds else {
      defer { entries.removeAll() }
      return entries.map(\.end)
    }
    let overdue = entries.filter { $0.deadline <= nanoseconds }.map(\.end)
    if !overdue.isEmpty { entries.removeAll { $0.deadline <= nanoseconds } }
    return overdue
  }
}
