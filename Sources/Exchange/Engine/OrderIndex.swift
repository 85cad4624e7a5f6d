import Core

/// Finds an open order by account and client key: open addressing with linear probing, in a table that stays at most half
/// full.
struct OrderIndex: Sendable {
  private var slots: [Int32]
  private var mask: Int
  private var count = 0

  init() {
    slots = Array(repeating: OrderNode.none, count: 64)
    mask = 63
  }

  mutating func reserve(_ capacity: Int, _ slab: OrderSlab) {
    while slots.count < capacity * 2 { grow(slab) }
  }

  @inline(__always)
  private func home(_ account: Int32, _ key: ClientKey) -> Int {
    let mixed = CounterRandom.mix(key.high &+ CounterRandom.mix(key.low ^ (UInt64(UInt32(bitPattern: account)) << 40)))
    return Int(truncatingIfNeeded: mixed) & mask
  }

  func find(_ account: Int32, _ key: ClientKey, _ slab: OrderSlab) -> Int32 {
    var place = home(account, key)
    while true {
      let slot = slots[place]
      if slot < 0 { return OrderNode.none }
      if slab[slot].key == key, slab[slot].account == account { return slot }
      place = (place + 1) & mask
    }
  }

  mutating func insert(_ slot: Int32, _ slab: OrderSlab) {
    if (count + 1) * 2 > slots.count { grow(slab) }
    put(slot, slab)
    count += 1
  }

  private mutating func put(_ slot: Int32, _ slab: OrderSlab) {
    var place = home(slab[slot].account, slab[slot].key)
    while slots[place] >= 0 { place = (place + 1) & mask }
    slots[place] = slot
  }

  private mutating func grow(_ slab: OrderSlab) {
    let old = slots
    slots = Array(repeating: OrderNode.none, count: old.count * 2)
    mask = slots.count - 1
    for slot in old where slot >= 0 { put(slot, slab) }
  }

  /// Takes an order out that is in, and moves those up that had to step over it.
  mutating func remove(_ slot: Int32, _ slab: OrderSlab) {
    var place = home(slab[slot].account, slab[slot].key)
    while slots[place] != slot { place = (place + 1) & mask }
    var next = (place + 1) & mask
    while slots[next] >= 0 {
      let wanted = home(slab[slots[next]].account, slab[slots[next]].key)
      if (next - wanted) & mask >= (next - place) & mask {
        slots[place] = slots[next]
        place = next
      }
      next = (next + 1) & mask
    }
    slots[place] = OrderNode.none
    count -= 1
  }
}
