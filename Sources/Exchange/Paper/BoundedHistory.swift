/// The newest elements of an endless sequence: a ring that forgets the oldest when full.
public struct BoundedHistory<Element: Equatable & Sendable>: Sendable, Equatable, RandomAccessCollection {
  /// At most this many elements are kept.
  public let capacity: Int
  private var storage: [Element] = []
  private var oldest = 0

  /// An empty history. `capacity` must be positive.
  public init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
  }

  /// Adds an element; returns the one that had to go.
  @discardableResult
  public mutating func append(_ element: Element) -> Element? {
    guard storage.count == capacity else {
      storage.append(element)
      return nil
    }
    let evicted = storage[oldest]
    storage[oldest] = element
    oldest = oldest + 1 == capacity ? 0 : oldest + 1
    return evicted
  }

  /// Position of the oldest element.
  public var startIndex: Int { 0 }
  /// Number of elements.
  public var endIndex: Int { storage.count }
  /// The element at a position, 0 the oldest.
  public subscript(position: Int) -> Element {
    let index = oldest + position
    return storage[index < storage.count ? index : index - storage.count]
  }

  /// Equal elements in equal order; where the ring begins in memory does not matter.
  public static func == (left: Self, right: Self) -> Bool {
    left.capacity == right.capacity && left.elementsEqual(right)
  }
}
