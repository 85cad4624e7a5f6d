import Glibc

/// Cosines and sines of the rotary position angles: angle(position, i) = position · base^(-2i / width), i < width / 2.
struct RotaryTable {
  /// [positions, width / 2] each.
  let cosines: UnsafePointer<Float>
  let sines: UnsafePointer<Float>

  /// Bytes of memory that a table takes.
  static func bytes(positions: Int, headWidth: Int) -> Int { 2 * AlignedMemory.padded(2 * positions * headWidth) }

  /// A table in `memory`, which must outlive it.
  init(positions: Int, headWidth: Int, base: Double, in memory: AlignedMemory) {
    let half = headWidth / 2
    let cosines = memory.takeFloats(positions * half)
    let sines = memory.takeFloats(positions * half)
    for position in 0..<positions {
      for index in 0..<half {
        let angle = Double(position) * pow(base, -2 * Double(index) / Double(headWidth))
        cosines[position * half + index] = Float(cos(angle))
        sines[position * half + index] = Float(sin(angle))
      }
    }
    self.cosines = UnsafePointer(cosines)
    self.sines = UnsafePointer(sines)
  }
}
