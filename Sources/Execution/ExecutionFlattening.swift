import Core

extension ExecutionStage {
  /// How long a closing order may rest before it gets a new price where no bar says that time has passed, in milliseconds.
  public static let flattenRestMillis: Int64 = 5000
  /// The farthest from the last price that a closing order may ever trade.
  public static let widestFlattenCollar = Rate(basisPoints: 500)

  /// How far from the last price a closing order may trade: `flattenCollar` at first, as much again with each new price,
  /// `widestFlattenCollar` at most. The last price may be an old one when the feed is dead; a position that cannot be
  /// closed near it must not stay open for that.
  public static func flattenCollar(after repricings: Int) -> Rate {
    let steps = Int128(min(max(0, repricings), 1000)) + 1
    return min(Rate(raw: flattenCollar.raw * Rate.Raw(steps)), widestFlattenCollar)
  }

  /// Whether a flattening stop has something to do without a bar: a position that nothing closes, or a closing order that
  /// has rested for `flattenRestMillis`.
  public func isFlattenDue(at time: Timestamp) -> Bool {
    guard state.plan?.level == .flatten else { return false }
    let closing = state.orders.filter { $0.id.role == .flatten }
    let isLeft = state.positions.indices.contains { slot in
      tradable(slot, at: time).side != .flat && !closing.contains { Int($0.request.instrument.index) == slot }
    }
    return isLeft
      || closing.contains {
        $0.state == .accepted && time.millisecondsSince($0.decidedAt) >= Self.flattenRestMillis
      }
  }

  /// How often the plan's closing orders have been priced so far; nil: never.
  func repricings(at level: StopLevel) -> Int? {
    guard let plan = state.plan, plan.level == .flatten, level == .flatten else { return nil }
    return plan.repricings
  }
}
