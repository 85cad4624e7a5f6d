import Core

/// Why an order is not cancelled at a person's wish.
public enum CancelRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case notOpen(ClientOrderID)
  case protects(ClientOrderID)

  /// The text for a person.
  public var description: String {
    switch self {
    case .notOpen(let id): "no open order is called \(id)"
    case .protects(let id): "\(id) protects or closes a position; close the position instead"
    }
  }
}

extension ExecutionStage {
  /// Asks the venue to end the order of a decision at a person's wish; asked twice, it asks twice. Orders that protect a
  /// position or carry out a stop are not for a person to end one by one.
  public mutating func cancel(_ id: ClientOrderID) throws(CancelRefusal) -> [ExecutionEffect] {
    guard let index = index(of: id) else { throw .notOpen(id) }
    guard id.role == .entry || id.role == .exit else { throw .protects(id) }
    var effects: [ExecutionEffect] = []
    if state.orders[index].isCancelRequested { return [.cancel(id)] }
    requestCancel(index, &effects)
    return effects
  }
}
