import HRM
import Testing

/// What must not show in a single bit of a result.
@Suite("Equal bits")
struct EqualityTests {
  /// Whole and broken lanes, heads that a number of threads does and does not divide.
  static let architectures: [HRMArchitecture] = {
    var wide = HRMArchitecture.tiny
    wide.dH = 192
    wide.headsH = 6
    wide.dL = 96
    wide.headsL = 3
    var same = HRMArchitecture.tiny
    same.dH = 64
    same.headsH = 2
    same.dL = 64
    same.headsL = 2
    same.lReset = false
    same.layersH = 2
    same.layersL = 1
    return [.tiny, wide, same]
  }()
  static let modes: [HRMInference.Mode] = [.fixed, .converge(tolerance: 0.35, maxSteps: 6)]

  /// Everything that a segment leaves behind.
  struct Trace: Equatable {
    var heads: [HRMHeads] = []
    var slow: [Float] = []
    var fast: [Float] = []
    var residuals: [[Float]] = []

    mutating func note(_ heads: HRMHeads, _ inference: HRMInference, slot: Int) {
      self.heads.append(heads)
      slow = inference.slowState(slot: slot)
      fast = inference.fastState(slot: slot)
      residuals.append(inference.residuals(slot: slot))
    }
  }

  @Test("the number of threads", arguments: HRMPrecision.allCases, architectures.indices)
  func threads(precision: HRMPrecision, architecture index: Int) throws {
    let architecture = Self.architectures[index]
    let network = try Fixture.network(architecture, precision: precision)
    for mode in Self.modes {
      let traces = [1, 2, 3, 7].map { threads in
        let inference = HRMInference(network: network, threads: threads, mode: mode, capacity: 3)
        for slot in 0..<3 { inference.begin(Fixture.input(architecture, seed: UInt64(slot)), slot: slot) }
        var traces = [Trace](repeating: Trace(), count: 3)
        for segment in 0..<3 {
          let heads = inference.runSegment(slots: [0, 1, 2], isLast: [segment == 2, segment == 2, segment == 2])
          for slot in 0..<3 { traces[slot].note(heads[slot], inference, slot: slot) }
        }
        return traces
      }
      #expect(traces.dropFirst().allSatisfy { $0 == traces[0] }, "\(mode)")
      #expect(traces[0].allSatisfy { $0.heads.allSatisfy(\.isFinite) })
    }
  }

  @Test("the other sequences of a batch, their number, their order and when they end", arguments: HRMPrecision.allCases)
  func batches(precision: HRMPrecision) throws {
    for (index, architecture) in Self.architectures.enumerated() {
      let network = try Fixture.network(architecture, precision: precision)
      for mode in Self.modes {
        let alone = (0..<6).map { seed in
          let inference = HRMInference(network: network, threads: 1, mode: mode)
          inference.begin(Fixture.input(architecture, seed: UInt64(seed)))
          var trace = Trace()
          // Sequence k has k + 1 segments.
          for segment in 0...seed {
            trace.note(inference.runSegment(slots: [0], isLast: [segment == seed])[0], inference, slot: 0)
          }
          return trace
        }
        var random = TestRandom(seed: UInt64(index))
        for round in 0..<3 {
          let together = HRMInference(network: network, threads: 1 + round, mode: mode, capacity: 6)
          // Slot of each sequence; some sequences stay away.
          var slots = Array(0..<6)
          for left in slots.indices { slots.swapAt(left, left + random.below(6 - left)) }
          let sequences = (0..<6).filter { _ in random.below(4) > 0 }
          for sequence in sequences {
            together.begin(Fixture.input(architecture, seed: UInt64(sequence)), slot: slots[sequence])
          }
          var traces = [Trace](repeating: Trace(), count: 6)
          for segment in 0..<6 {
            let running = sequences.filter { $0 >= segment }
            let heads = together.runSegment(
              slots: running.map { slots[$0] }, isLast: running.map { $0 == segment })
            for (sequence, heads) in zip(running, heads) {
              traces[sequence].note(heads, together, slot: slots[sequence])
            }
          }
          for sequence in sequences {
            let place = "architecture \(index) \(precision.label) \(mode) round \(round) sequence \(sequence)"
            let (got, expected) = (traces[sequence], alone[sequence])
            for segment in 0...sequence {
              let isEqual =
                got.heads[segment] == expected.heads[segment] && got.residuals[segment] == expected.residuals[segment]
              #expect(isEqual, "\(place) segment \(segment)")
            }
            // The last slow state is defined at position 0 alone.
            let isEqual =
              got.fast == expected.fast && got.slow.prefix(architecture.dH) == expected.slow.prefix(architecture.dH)
            #expect(isEqual, "\(place)")
          }
        }
      }
    }
  }

  @Test("that a segment is the last one", arguments: HRMPrecision.allCases, architectures.indices)
  func lastSegment(precision: HRMPrecision, architecture index: Int) throws {
    let architecture = Self.architectures[index]
    let network = try Fixture.network(architecture, precision: precision)
    for segments in 1...2 {
      let results = [false, true].map { isLast -> (HRMHeads, [Float], [Float], [Float]) in
        let inference = HRMInference(network: network, threads: 2)
        inference.begin(Fixture.input(architecture, seed: 3))
        if segments == 2 { _ = inference.runSegment() }
        let before = inference.slowState
        let heads = inference.runSegment(slots: [0], isLast: [isLast])[0]
        return (heads, inference.slowState, inference.residuals, before)
      }
      var (whole, pruned) = (results[0], results[1])
      let width = architecture.dH
      #expect(whole.1.prefix(width) == pruned.1.prefix(width))
      #expect(whole.2.dropLast() == pruned.2.dropLast() && whole.2.count == pruned.2.count)
      #expect(whole.2.last == whole.0.residualH && pruned.2.last == pruned.0.residualH)
      if architecture.nCycles == 1 {
        let change = zip(pruned.1, pruned.3).prefix(width).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let size = pruned.3.prefix(width).reduce(0.0) { $0 + Double($1 * $1) }
        #expect(abs(Double(pruned.0.residualH) - (change / size).squareRoot()) < 1e-5)
      }
      whole.0.residualH = 0
      pruned.0.residualH = 0
      #expect(whole.0 == pruned.0)
    }
  }

  @Test("a sequence that is not finite", arguments: HRMPrecision.allCases)
  func poison(precision: HRMPrecision) throws {
    for architecture in Self.architectures {
      let network = try Fixture.network(architecture, precision: precision)
      func run(_ isPoisoned: Bool) -> [[HRMHeads]] {
        let inference = HRMInference(network: network, threads: 2, capacity: 3)
        for slot in 0..<3 {
          var input = Fixture.input(architecture, seed: UInt64(slot))
          if slot == 1 && isPoisoned { input.bars[5] = .nan }
          inference.begin(input, slot: slot)
        }
        // In the second segment another sequence uses the rows that the spoilt one used.
        let first = inference.runSegment(slots: [0, 1, 2], isLast: [false, false, false])
        #expect(first[1].isFinite == !isPoisoned)
        return [[first[0], first[2]], inference.runSegment(slots: [2, 0], isLast: [false, false])]
      }
      #expect(run(true) == run(false))
    }
  }
}
