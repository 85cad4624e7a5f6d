import Glibc

/// Cosines and sines of the rotary position angles: angle(position, i) = position · base^(-2i / width), i < width / 2.
struct RotaryTable: Sendable {
  let half: Int
  /// [positions, half] each.
  let cosines: [Float]
  let sines: [Float]

  init(positions: Int, headWidth: Int, base: Double) {
    half = headWidth / 2
    var cosines: [Float] = []
    var sines: [Float] = []
    for position in 0..<positions {
      for index in 0..<half {
        let angle = Double(position) * pow(base, -2 * Double(index) / Double(headWidth))
        cosines.append(Float(cos(angle)))
        sines.append(Float(sin(angle)))
      }
    }
    self.cosines = cosines
    self.sines = sines
  }

  /// Rotates rows of one head in place; component i turns with its partner i + half.
  func rotate(_ head: UnsafeMutablePointer<Float>, stride: Int, positions: Int) {
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in
        for position in 0..<positions {
          let row = head + position * stride
          for index in 0..<half {
            let c = cosines[position * half + index]
            let s = sines[position * half + index]
            let a = row[index]
            let b = row[index + half]
            row[index] = a * c - b * s
            row[index + half] = b * c + a * s
          }
        }
      }
    }
  }
}
