import Core

/// What a cancel-replace does when one half cannot be done.
public enum ReplaceMode: UInt8, Hashable, Sendable, CaseIterable {
  /// Both halves or none: a new order that would be refused leaves the old one untouched.
  case atomic
  /// The old order is cancelled first; the new one is not attempted if that fails.
  case stopOnFailure
  /// The new order is attempted whatever became of the old one.
  case allowFailure
}

/// Which halves of a cancel-replace happened.
public struct ReplaceOutcome: Hashable, Sendable {
  /// How one half went.
  public enum Half: Hashable, Sendable {
    case done
    case failed(EngineRefusal)
    case notAttempted
  }
  /// The cancel.
  public let cancel: Half
  /// The new order.
  public let new: Half

  /// An outcome as given.
  public init(cancel: Half, new: Half) {
    self.cancel = cancel
    self.new = new
  }
}

extension MatchingEngine {
  /// Cancels an order and sends another. The new one stands behind those of its price; nothing happens between the two.
  @discardableResult
  public mutating func replace(
    _ key: ClientKey, with order: EngineOrder, _ mode: ReplaceMode, at time: Timestamp,
    into events: inout [EngineEvent]
  ) -> ReplaceOutcome {
    advanceClock(to: time, into: &events)
    if let refusal = charge(order.account, orders: 1, weight: 1, at: time) {
      return ReplaceOutcome(cancel: .failed(refusal), new: .notAttempted)
    }
    let slot = order.account.index < 0 ? OrderNode.none : index.find(order.account.index, key, slab)
    if slot < 0 {
      guard mode == .allowFailure else {
        return ReplaceOutcome(cancel: .failed(.unknownOrder), new: .notAttempted)
      }
      return ReplaceOutcome(cancel: .failed(.unknownOrder), new: submitUncharged(order, time, &events))
    }
    if mode == .atomic {
      let node = slab[slot]
      count(node, of: -1)
      let refusal = refusal(of: order, at: time, replacing: slot)
      count(node, of: 1)
      if let refusal { return ReplaceOutcome(cancel: .notAttempted, new: .failed(refusal)) }
    }
    end(slot, .cancelled, time, &events)
    return ReplaceOutcome(cancel: .done, new: submitUncharged(order, time, &events))
  }

  /// Takes an order's claims and places off the account's, or puts them back; of its pair, too.
  private mutating func count(_ node: OrderNode, of direction: Int) {
    let cashPlace = cashPlace(node.account, node.instrument)
    let place = holdingPlace(node.account, node.instrument)
    let all = node.partner >= 0 ? [node, slab[node.partner]] : [node]
    for node in all {
      cash[cashPlace].locked += Int128(direction) * node.claimQuote
      holdings[place].lockedBase += Int64(direction) * node.claimBase
      holdings[place].openOrders += Int32(direction)
      if node.sentKind == .stop || node.sentKind == .stopLimit { holdings[place].openStops += Int32(direction) }
    }
  }

  private mutating func submitUncharged(
    _ order: EngineOrder, _ time: Timestamp, _ events: inout [EngineEvent]
  ) -> ReplaceOutcome.Half {
    do throws(EngineRefusal) {
      let claim = try claim(of: order, at: time)
      let slot = place(OrderNode(order, number: orderCount + 1, claim: claim, liveFrom: time))
      events.append(.accepted(slab[slot].tag, at: time))
      start(slot, time, &events)
      return .done
    } catch {
      refuse(order, error, time, &events)
      return .failed(error)
    }
  }
}
