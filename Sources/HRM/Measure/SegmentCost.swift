/// Arithmetic and memory traffic of one segment of one sequence: what measured times are compared with. Embedding and
/// heads, below 0.1 %, are left out, as is everything that is not a product.
package struct SegmentCost: Sendable, Equatable {
  /// Operations (a product and its sum are two) of a segment that another one follows.
  package let operations: Double
  /// Operations of a last segment, in which the last block of H needs its queries at position 0 alone.
  package let lastOperations: Double
  /// Weights read: every pass of a module reads all of its own, of a bridge included.
  package let weightsRead: Double

  /// The cost with N = `cycles` and T = `steps`:
  /// N·T·(2·S·P_L + 4·S²·d_L·layers_L) + N·(2·S·P_H + 4·S²·d_H·layers_H), where P counts a module's weights.
  package init(_ a: HRMArchitecture, cycles: Int, steps: Int) {
    func weights(_ width: Int, _ inner: Int, _ layers: Int) -> Double {
      Double(layers * (4 * width * width + 3 * inner * width) + (a.hasBridges ? a.dH * a.dL : 0))
    }
    let positions = Double(a.positions)
    let fast = weights(a.dL, a.innerL, a.layersL)
    let slow = weights(a.dH, a.innerH, a.layersH)
    let fastPass = 2 * positions * fast + 4 * positions * positions * Double(a.dL * a.layersL)
    let slowPass = 2 * positions * slow + 4 * positions * positions * Double(a.dH * a.layersH)
    let (n, t) = (Double(cycles), Double(steps))
    operations = n * t * fastPass + n * slowPass
    weightsRead = n * t * fast + n * slow
    // Keys and values are needed at all positions, everything else of that block at one.
    let perPosition = Double(2 * a.dH * a.dH + 3 * a.innerH * a.dH)
    let spared = (positions - 1) * (2 * perPosition + 4 * positions * Double(a.dH))
    lastOperations = a.head == .trade ? operations - spared : operations
  }

  /// Bytes of weights that a segment reads, once for any number of sequences.
  package func bytesRead(_ precision: HRMPrecision) -> Double { weightsRead * Double(precision.element.byteCount) }
}
