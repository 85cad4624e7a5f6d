import HRM
import Testing

@Suite struct SegmentCostTests {
  /// Giga-operations at S = 8, 16, 32, 64, 128, and megabytes of fp32 weights, of the design's table.
  static let table: [(HRMArchitecture, cycles: Int, steps: Int, operations: [Double], megabytes: Double)] = [
    (.hrm27m, 2, 2, [1.00, 2.00, 4.02, 8.14, 16.64], 249),
    (.hrm27m, 3, 5, [2.01, 4.03, 8.11, 16.43, 33.72], 500),
    (.hrm27mPub, 2, 2, [1.31, 2.63, 5.28, 10.67, 21.74], 327),
    (.hrm27mPub, 3, 5, [3.94, 7.89, 15.85, 32.01, 65.23], 981),
  ]

  @Test(arguments: 0..<4) func operationsAndTrafficAreThoseOfTheDesign(row: Int) {
    let (architecture, cycles, steps, operations, megabytes) = Self.table[row]
    for (positions, expected) in zip([8, 16, 32, 64, 128], operations) {
      var shape = architecture
      shape.seqLen = positions - 1
      let cost = SegmentCost(shape, cycles: cycles, steps: steps)
      #expect(abs(cost.operations / 1e9 - expected) < 0.0051, "S = \(positions)")
      #expect(abs(cost.bytesRead(.float32) / 1e6 - megabytes) < 1, "S = \(positions)")
      #expect(cost.bytesRead(.bfloat16) * 2 == cost.bytesRead(.float32))
      #expect(cost.bytesRead(.int8(activations: .sixteen)) * 4 == cost.bytesRead(.float32))
    }
  }

  /// One block of H at all positions costs 2·S·(4d² + 3·m·d) + 4·S²·d; the last one keeps keys and values (2d² of it)
  /// at all positions and the rest at one.
  @Test func aLastSegmentSparesWhatNobodyReads() {
    let a = HRMArchitecture.hrm27m
    let cost = SegmentCost(a, cycles: 1, steps: 1)
    let (s, d, m) = (16.0, 512.0, 1536.0)
    let block = 2 * s * (4 * d * d + 3 * m * d) + 4 * s * s * d
    let keysAndValues = 2 * s * 2 * d * d
    let needed = keysAndValues + (block - keysAndValues) / s
    #expect(abs(cost.operations - block + needed - cost.lastOperations) < 1)
    var tokens = a
    tokens.head = .lm
    let whole = SegmentCost(tokens, cycles: 1, steps: 1)
    #expect(whole.lastOperations == whole.operations)
  }

  @Test func peaksArePositiveAndReadTheWholeBuffer() {
    var now: UInt64 = 0
    // A clock that advances by a second a reading: rates are the amounts of work.
    let peak = MachinePeak(threads: 2) {
      now += 1_000_000_000
      return now
    }
    #expect(peak.bytesReadPerSecond(bytes: 1 << 20) == Double(1 << 20))
    #expect(peak.multiplicationsPerSecond(size: 64) == 2 * 64 * 64 * 64)
    for precision in HRMPrecision.allCases {
      #expect(peak.operationsPerSecond(precision) >= 2 * 1_000_000 * 8, "\(precision.label)")
    }
  }
}
