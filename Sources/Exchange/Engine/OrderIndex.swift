import Core

/// Finds an open order by account and client key: open addressing with linear probing, in a table that stays at most half
/// full. An entry holds half of the hash beside the slot, so that looking past others does not touch their orders.
struct OrderIndex: Sendable {
  private static let empty = UInt64.max
  private var entries: [UInt64]
  private var mask: UInt64
  private var count = 0

  init() {
    entries = Array(repeating: Self.empty, count: 64)
    mask = 63
  }

  mutating func reserve(_ capacity: Int) {
    while entries.count < capacity * 2 { grow() }
  }

  @inline(__always)
  private static func hash(_ account: Int32, _ key: ClientKey) -> UInt64 {
    CounterRandom.mix(key.high &+ CounterRandom.mix(key.low ^ (UInt64(UInt32(bitPattern: account)) << 40))) >> 32
  }

  @inline(__always)
  private static func slot(of entry: UInt64) -> Int32 { Int32(truncatingIfNeeded: entry & 0xFFFF_FFFF) }

  func find(_ account: Int32, _ key: ClientKey, _ slab: OrderSlab) -> Int32 {
    let hash = Self.hash(account, key)
    var place = hash & mask
    while true {
      let entry = entries[Int(place)]
      if entry == Self.empty { return OrderNode.none }
      if entry >> 32 == hash {
        let slot = Self.slot(of: entry)
        if slab.nodes[Int(slot)].key == key, slab.nodes[Int(slot)].account == account { return slot }
      }
      place = (place + 1) & mask
    }
  }

  mutating func insert(_ slot: Int32, _ slab: OrderSlab) {
    if (count + 1) * 2 > entries.count { grow() }
    put(Self.hash(slab.nodes[Int(slot)].account, slab.nodes[Int(slot)].key) << 32 | UInt64(slot))
    count += 1
  }

  private mutating func put(_ entry: UInt64) {
    var place = (entry >> 32) & mask
    while entries[Int(place)] != Self.empty { place = (place + 1) & mask }
    entries[Int(place)] = entry
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Self.empty, count: old.count * 2)
    mask = UInt64(entries.count - 1)
    for entry in old where entry != Self.empty { put(entry) }
  }

  /// Takes an order out that is in, and moves those up that had to step over it.
  mutating func remove(_ slot: Int32, _ slab: OrderSlab) {
    let entry = Self.hash(slab.nodes[Int(slot)].account, slab.nodes[Int(slot)].key) << 32 | UInt64(slot)
    var place = (entry >> 32) & mask
    while entries[Int(place)] != entry { place = (place + 1) & mask }
    var next = (place + 1) & mask
    while entries[Int(next)] != Self.empty {
      let home = (entries[Int(next)] >> 32) & mask
      if (next &- home) & mask >= (next &- place) & mask {
        entries[Int(place)] = entries[Int(next)]
        place = next
      }
      next = (next + 1) & mask
    }
    entries[Int(place)] = Self.empty
    count -= 1
  }
}
