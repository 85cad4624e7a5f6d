/// The network features of the last `FeatureSchema.bars` bars, normalised, clipped, as the network takes them.
struct FeatureWindow: Sendable {
  private static let width = FeatureSchema.names.count
  private static let size = FeatureSchema.bars * width
  private var slots = [Float](repeating: 0, count: size)
  private var next = 0

  /// Takes the features of a bar; false if one was not a finite number and stands as 0.
  @inline(__always)
  mutating func append(_ row: UnsafeMutableBufferPointer<Double>, _ normaliser: FeatureNormaliser) -> Bool {
    var isFinite = true
    let clip = FeatureSchema.clip
    for index in 0..<Self.width {
      let value = (row[index] - normaliser.means[index]) * normaliser.scales[index]
      // The raw value counts too: no mean and scale turn infinity into a number worth showing.
      let isGood = value.isFinite && row[index].isFinite
      isFinite = isFinite && isGood
      slots[next + index] = isGood ? Float(min(clip, max(-clip, value))) : 0
    }
    next += Self.width
    if next == Self.size { next = 0 }
    return isFinite
  }

  /// All rows, oldest first, row-major.
  func copy() -> [Float] {
    [Float](unsafeUninitializedCapacity: Self.size) { buffer, count in
      slots.withUnsafeBufferPointer { source in
        let older = Self.size - next
        buffer.baseAddress!.initialize(from: source.baseAddress! + next, count: older)
        (buffer.baseAddress! + older).initialize(from: source.baseAddress!, count: next)
      }
      count = Self.size
    }
  }
}
