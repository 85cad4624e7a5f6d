import Kernels

/// What the machine can do at best, by a number of threads: the scale for what the network reaches. Every figure is the
/// best of some attempts, so a neighbour that takes the processor for a moment does not spoil it.
package struct MachinePeak {
  /// Name of the kernels that OpenBLAS uses here, for example `SkylakeX`.
  package static var blasKernels: String { BLAS.kernelName }
  private let team: WorkerTeam
  private let clock: () -> UInt64

  /// - Parameters:
  ///   - threads: 1...16, the caller's included.
  ///   - clock: nanoseconds of a monotonic clock.
  package init(threads: Int, clock: @escaping () -> UInt64) {
    team = WorkerTeam(count: threads)
    self.clock = clock
  }

  /// Operations a second in registers alone, with the instructions of the products of a precision.
  package func operationsPerSecond(_ precision: HRMPrecision) -> Double {
    let kind =
      switch precision {
      case .float32, .bfloat16: KERNELS_PEAK_FLOAT32
      case .int8(.seven): KERNELS_PEAK_INT8_ACTIVATION7
      case .int8(.sixteen): KERNELS_PEAK_INT8_ACTIVATION16
      }
    let rounds: Int64 = 1_000_000
    return best(of: 60) { thread in
      var sink: Float = 0
      let operations = kernels_peak_run(kind, rounds, &sink)
      return sink.isNaN ? 0 : Double(operations)
    }
  }

  /// Operations a second of OpenBLAS on square matrices of fp32; each thread computes its share of the rows.
  package func multiplicationsPerSecond(size: Int = 2048) -> Double {
    Self.withBuffer(bytes: 3 * 4 * size * size) { buffer in
      let a = buffer.assumingMemoryBound(to: Float.self)
      let b = a + size * size
      let c = b + size * size
      for index in 0..<(size * size) {
        a[index] = Float(index % 7) * 0.25
        b[index] = Float(index % 5) * 0.25
      }
      return best(of: 6) { thread in
        let rows = team.share(of: size, thread: thread)
        let first = rows.lowerBound * size
        BLAS.multiply(
          a + first, stride: size, b, stride: size, into: c + first, stride: size, rows: rows.count, columns: size,
          inner: size)
        return 2 * Double(rows.count) * Double(size) * Double(size)
      }
    }
  }

  /// Bytes a second of reading a buffer, by default of 1 GiB, much larger than most caches.
  package func bytesReadPerSecond(bytes: Int = 1 << 30) -> Double {
    let blocks = bytes / 4096
    return Self.withBuffer(bytes: bytes) { buffer in
      best(of: 5) { thread in
        let mine = team.share(of: blocks, thread: thread)
        let sum = kernels_peak_read(buffer + 4096 * mine.lowerBound, 4096 * mine.count)
        // Never: the buffer holds zeros. It keeps the reading.
        return sum == 1 ? 0 : 4096 * Double(mine.count)
      }
    }
  }

  /// The best rate of so many attempts; `work` says how much a thread did.
  private func best(of attempts: Int, _ work: (Int) -> Double) -> Double {
    Self.withBuffer(bytes: 8 * WorkerTeam.maxCount) { buffer in
      let amounts = buffer.assumingMemoryBound(to: Double.self)
      var best = 0.0
      for _ in 0..<attempts {
        let start = clock()
        team.run { thread in amounts[thread] = work(thread) }
        let elapsed = Double(clock() &- start)
        let amount = (0..<team.count).reduce(0) { $0 + amounts[$1] }
        best = max(best, amount / max(elapsed, 1) * 1e9)
      }
      return best
    }
  }

  /// Zeroed memory, every page of it touched.
  private static func withBuffer<R>(bytes: Int, _ body: (UnsafeMutableRawPointer) -> R) -> R {
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { buffer.deallocate() }
    buffer.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return body(buffer)
  }
}
