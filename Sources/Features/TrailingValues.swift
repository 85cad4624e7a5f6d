/// The last `capacity` values, each to be had by its age.
package struct TrailingValues: Sendable {
  private var slots: [Double]
  private let mask: Int
  /// Values seen.
  package private(set) var count = 0

  /// Room for ages 0 to `oldestAge`.
  package init(oldestAge: Int) {
    var size = 1
    while size <= oldestAge { size *= 2 }
    slots = [Double](repeating: 0, count: size)
    mask = size - 1
  }

  /// Takes a value; it has age 0 now.
  @inline(__always)
  package mutating func receive(_ value: Double) {
    slots[count & mask] = value
    count += 1
  }

  /// The value of an age that was seen and is still held.
  @inline(__always)
  package func value(age: Int) -> Double { slots[(count - 1 - age) & mask] }
}
