import Core
import Journal

/// Orders as a journal tells them: what was intended, and what became of it.
struct OrderList: Sendable {
  struct Order: Sendable {
    var sequence: UInt64
    var id: String
    /// The intent, as it stands in the journal.
    var intent: JSONTree
    var state = OrderState.intended
    var filledQuantity = Quantity.zero
    var changedAt: Timestamp?
  }

  /// Records of one kind that are looked through for what became of a page of orders.
  private static let followed = 20_000
  private(set) var orders: [Order]

  /// The newest orders of a page.
  init(_ query: JournalQuery, _ page: Page) throws {
    orders = try query.newest(.intent, before: page.before, limit: page.limit).compactMap { record in
      guard let tree = try? JSONTree.parse(record.payload), let id = tree["client_id"]?.string else { return nil }
      return Order(sequence: record.sequence, id: id, intent: tree)
    }
    guard let first = orders.last?.sequence else { return }
    let places = Dictionary(orders.enumerated().map { ($1.id, $0) }) { first, _ in first }
    for record in try query.records(of: .order, after: first, limit: Self.followed) {
      guard let tree = try? JSONTree.parse(record.payload),
        let place = tree["client_id"]?.string.flatMap({ places[$0] }),
        let state = tree["state"]?.string.flatMap(OrderState.init(rawValue:))
      else { continue }
      orders[place].state = state
      orders[place].changedAt = tree["at"]?.integer.map { Timestamp(milliseconds: $0) }
    }
    for record in try query.records(of: .fill, after: first, limit: Self.followed) {
      let fill = try FillRecord(record)
      guard let place = places[fill.orderID.description] else { continue }
      orders[place].filledQuantity = try orders[place].filledQuantity.adding(fill.quantity)
    }
  }
}

extension OrderList.Order {
  func write(_ out: inout CanonicalJSON) {
    out.key("at")
    out.optional(intent["at"]?.integer.map { Timestamp(milliseconds: $0).description })
    out.key("changed_at")
    out.optional(changedAt?.description)
    out.key("decision_id")
    out.optional(intent["decision_id"]?.string)
    out.key("filled_quantity")
    out.value(filledQuantity)
    out.key("id")
    out.value(id)
    for name in ["instrument", "kind", "pair", "price"] {
      out.key(escaping: name)
      out.optional(intent[name]?.string)
    }
    out.key("quantity")
    out.optional(intent["qty"]?.string)
    out.key("reduce_only")
    out.value(intent["reduce_only"]?.bool ?? false)
    out.key("role")
    out.optional(intent["role"]?.string)
    out.key("sequence")
    out.value(sequence)
    out.key("side")
    out.optional(intent["side"]?.string)
    out.key("state")
    out.value(state.rawValue)
  }
}
