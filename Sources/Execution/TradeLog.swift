/// Which trade ids were counted, in bounded memory: every id up to a floor, and the newest ones above it.
public struct TradeLog: Hashable, Sendable, Codable {
  /// Ids up to this one are settled: they are never counted any more.
  public private(set) var floor: UInt64 = 0
  /// Counted ids above the floor, rising.
  public private(set) var recent: [UInt64] = []
  /// Ids remembered one by one; when twice as many have gathered, the older half goes below the floor.
  static let capacity = 256

  enum Entry { case new, duplicate, belowFloor }

  /// The highest id counted.
  public var highest: UInt64 { recent.last ?? floor }

  /// What a fill of this id would be. Ids start at 1.
  func check(_ id: UInt64) -> Entry {
    guard id > floor else { return .belowFloor }
    let place = place(of: id)
    return place < recent.count && recent[place] == id ? .duplicate : .new
  }

  private func place(of id: UInt64) -> Int {
    var place = recent.endIndex
    while place > 0, recent[place - 1] >= id { place -= 1 }
    return place
  }

  /// Notes an id that `check` called new.
  mutating func insert(_ id: UInt64) {
    recent.insert(id, at: place(of: id))
    if recent.count == 2 * Self.capacity {
      floor = recent[Self.capacity - 1]
      recent.removeFirst(Self.capacity)
    }
  }

  /// Settles every id up to `id`, on the venue's evidence that all of them are counted.
  mutating func settle(through id: UInt64) {
    floor = max(floor, id)
    recent.removeAll { $0 <= floor }
  }
}
