import Kernels

/// Memory of the passes of one `HRMInference`, sized once for the larger module and for all rows of a batch. A row is
/// one position of one sequence; the sequences of a call lie one behind the other, whichever they are.
final class Workspace {
  /// Rows that one module alone uses: threads may be done with one module while others are not, and where heads do not
  /// fill whole lanes, what lies beyond a row's width must stay zero.
  struct Own {
    /// Input of the blocks.
    let rows: UnsafeMutablePointer<Float>
    let attended: UnsafeMutablePointer<Float>
  }

  let qkv, gated, injection: UnsafeMutablePointer<Float>
  /// What is a module's own.
  let slow, fast: Own
  /// Quantised rows with their scales.
  let quantised: UnsafeMutableRawPointer
  let scales: UnsafeMutablePointer<Float>
  /// Sums of squares per row: change and size.
  let changes, sizes: UnsafeMutablePointer<Float>
  /// Per thread: scratch of the attention, and scales of the rows at position 0.
  private let attention, firstScales: UnsafeMutablePointer<Float>
  private let attentionStride, firstScalesStride: Int
  private let memory: AlignedMemory
  /// Numbers beyond a row's width that must be zero again before a segment; nil if widths are whole lanes.
  private let padded: UnsafeMutableRawBufferPointer?

  init(network: HRMNetwork, capacity: Int, threads: Int) {
    let architecture = network.architecture
    let modules = [network.slow, network.fast]
    let rows = capacity * architecture.positions
    func most(_ size: (HRMModule) -> Int) -> Int { modules.map(size).max()! }
    let strides = [most { $0.heads * $0.headStride }, most { $0.inner.padded }, most { $0.width.padded }]
    let widths = modules.flatMap { [$0.width.padded, $0.width.padded] }
    let quantisedStride = most { module in
      [module.width, module.inner].map { Int(kernels_quantised_stride(module.format, Int32($0))) }.max()!
    }
    attentionStride = most {
      Int(kernels_attention_scratch(Int32(architecture.positions), Int32($0.headWidth))).padded
    }
    firstScalesStride = capacity.padded
    let pieces =
      (strides + widths).map { 4 * rows * $0 } + [rows * quantisedStride, 4 * rows, 4 * rows, 4 * rows]
      + [4 * threads * attentionStride, 4 * threads * firstScalesStride]
    memory = AlignedMemory(bytes: pieces.reduce(0) { $0 + AlignedMemory.padded($1) }, isZeroed: true)
    qkv = memory.takeFloats(rows * strides[0])
    gated = memory.takeFloats(rows * strides[1])
    injection = memory.takeFloats(rows * strides[2])
    slow = Own(rows: memory.takeFloats(rows * widths[0]), attended: memory.takeFloats(rows * widths[1]))
    fast = Own(rows: memory.takeFloats(rows * widths[2]), attended: memory.takeFloats(rows * widths[3]))
    quantised = memory.take(bytes: rows * quantisedStride)
    let isPadded = modules.contains { $0.width.padded != $0.width || $0.inner.padded != $0.inner }
    padded = isPadded ? UnsafeMutableRawBufferPointer(start: qkv, count: quantised - UnsafeMutableRawPointer(qkv)) : nil
    scales = memory.takeFloats(rows)
    changes = memory.takeFloats(rows)
    sizes = memory.takeFloats(rows)
    attention = memory.takeFloats(threads * attentionStride)
    firstScales = memory.takeFloats(threads * firstScalesStride)
  }

  func attentionScratch(thread: Int) -> UnsafeMutablePointer<Float> { attention + thread * attentionStride }
  func firstScales(thread: Int) -> UnsafeMutablePointer<Float> { firstScales + thread * firstScalesStride }

  /// Before each segment: what a sequence that was not finite left beyond a row's width must not reach the next one
  /// that uses the row.
  func clean() { padded?.initializeMemory(as: UInt8.self, repeating: 0) }
}
