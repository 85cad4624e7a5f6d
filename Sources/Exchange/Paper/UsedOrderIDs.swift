import Core

/// Which client order ids were used, in bounded memory.
///
/// Two rules, each enough for the bot's own ids: within one instrument and role, sequence and attempt must grow; and no
/// id of an open or recently ended order may come again on any instrument. The ledger refuses every older repetition.
struct UsedOrderIDs: Sendable, Equatable {
  private var newest: [ClientOrderID?]
  private var recent: Set<Name> = []

  /// An id that is hashed by its sequence alone: hardly any two share it, and every order is looked up three times.
  private struct Name: Hashable, Sendable {
    let id: ClientOrderID
    init(_ id: ClientOrderID) { self.id = id }
    func hash(into hasher: inout Hasher) { hasher.combine(id.sequence) }
  }

  init(instrumentCount: Int) {
    newest = Array(repeating: nil, count: instrumentCount * OrderRole.allCases.count)
  }

  private func slot(_ id: ClientOrderID, _ instrument: InstrumentID) -> Int {
    let role =
      switch id.role {
      case .entry: 0
      case .exit: 1
      case .protectiveStop: 2
      case .takeProfit: 3
      case .flatten: 4
      case .guardFlatten: 5
      }
    return Int(instrument.index) * OrderRole.allCases.count + role
  }

  func contains(_ id: ClientOrderID, of instrument: InstrumentID) -> Bool {
    if let last = newest[slot(id, instrument)], (id.sequence, id.attempt) <= (last.sequence, last.attempt) {
      return true
    }
    return recent.contains(Name(id))
  }

  mutating func insert(_ id: ClientOrderID, of instrument: InstrumentID) {
    raise(id, of: instrument)
    recent.insert(Name(id))
  }

  mutating func raise(_ id: ClientOrderID, of instrument: InstrumentID) {
    let slot = slot(id, instrument)
    if let last = newest[slot], (id.sequence, id.attempt) <= (last.sequence, last.attempt) { return }
    newest[slot] = id
  }

  /// Drops an id from the recent ones; the growing rule still covers it.
  mutating func forget(_ id: ClientOrderID) { recent.remove(Name(id)) }
}
