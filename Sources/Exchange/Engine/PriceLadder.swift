/// The price levels of one side of a book, or of the stops of one side, in one sorted array with the best at its end:
/// what changes near the touch moves next to nothing.
///
/// A level's `rank` is the price with the sign that makes the best the largest: bids and stops of sellers as they are,
/// asks and stops of buyers negated.
struct PriceLadder: Sendable, Equatable {
  struct Level: Sendable, Equatable {
    var rank: Int64
    /// What the orders of the level have left: of many, it may be more than one quantity holds.
    var quantity: Int128
    var head: Int32
    var tail: Int32
  }

  private(set) var levels: [Level] = []

  @inline(__always) var best: Level? { levels.last }
  var isEmpty: Bool { levels.isEmpty }

  /// The index of the first level that is not worse than `rank`.
  @inline(__always)
  private func place(of rank: Int64) -> Int {
    levels.withUnsafeBufferPointer { levels in
      var high = levels.count
      // Most orders come and go near the touch.
      let near = max(0, high - 8)
      while high > near, levels[high - 1].rank >= rank { high -= 1 }
      if high > near || high == 0 { return high }
      var low = 0
      while low < high {
        let middle = (low + high) / 2
        if levels[middle].rank < rank { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  /// Puts an order behind those of its rank.
  mutating func append(_ slot: Int32, rank: Int64, quantity: Int64, _ slab: inout OrderSlab) {
    let place = place(of: rank)
    if place < levels.count, levels[place].rank == rank {
      let tail = levels[place].tail
      slab[tail].next = slot
      slab[slot].previous = tail
      levels[place].tail = slot
      levels[place].quantity += Int128(quantity)
    } else {
      levels.insert(Level(rank: rank, quantity: Int128(quantity), head: slot, tail: slot), at: place)
    }
  }

  /// Takes an order out, whose `quantity` is what the level still counts of it.
  mutating func remove(_ slot: Int32, rank: Int64, quantity: Int64, _ slab: inout OrderSlab) {
    let place = place(of: rank)
    let (previous, next) = (slab[slot].previous, slab[slot].next)
    if previous >= 0 { slab[previous].next = next } else { levels[place].head = next }
    if next >= 0 { slab[next].previous = previous } else { levels[place].tail = previous }
    slab[slot].previous = OrderNode.none
    slab[slot].next = OrderNode.none
    if levels[place].head < 0 {
      levels.remove(at: place)
    } else {
      levels[place].quantity -= Int128(quantity)
    }
  }

  /// Counts off what an order of the rank has traded.
  mutating func reduce(rank: Int64, by quantity: Int64) { levels[place(of: rank)].quantity -= Int128(quantity) }

  /// The orders from the best to the worst rank that is not below `floor`, in order of time within a rank.
  func slots(downTo floor: Int64, _ slab: OrderSlab) -> [Int32] {
    var result: [Int32] = []
    var index = levels.count - 1
    while index >= 0, levels[index].rank >= floor {
      var slot = levels[index].head
      while slot >= 0 {
        result.append(slot)
        slot = slab[slot].next
      }
      index -= 1
    }
    return result
  }
}
