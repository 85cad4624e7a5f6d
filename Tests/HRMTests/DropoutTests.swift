import HRM
import Testing

@Suite("Dropout")
struct DropoutTests {
  private static let a = TrainingFixture.architecture {
    $0.dH = 40
    $0.headsH = 5
    $0.nCycles = 2
    $0.tSteps = 2
  }

  /// What a block of one lane is multiplied by.
  private func mask(
    _ dropout: Dropout, call: Int = 3, layer: Int = 0, _ branch: DropoutPlace.Branch = .mlp, lane: Int = 2
  ) -> [Float] {
    let masks = DropoutMasks(dropout, Self.a)
    return (0..<Self.a.positions).flatMap { position in
      (0..<Self.a.dH).map { component in
        masks.factor(
          DropoutPlace(call: call, layer: layer, branch: branch), lane: lane, position: position, component: component)
      }
    }
  }

  @Test("leaves out the share it should and keeps the mean", arguments: [0.1, 0.5, 0.9])
  func share(rate: Double) {
    var (kept, sum, count) = (0, 0.0, 0)
    for step in 1...60 {
      let mask = mask(Dropout(rate: rate, seed: 7, step: step))
      #expect(mask.allSatisfy { $0 == 0 || $0 == Float(1 / (1 - rate)) })
      kept += mask.count { $0 != 0 }
      sum += mask.reduce(0) { $0 + Double($1) }
      count += mask.count
    }
    // Five standard deviations.
    let deviation = (rate * (1 - rate) / Double(count)).squareRoot()
    #expect(abs(Double(kept) / Double(count) - (1 - rate)) < 5 * deviation, "\(kept) of \(count)")
    #expect(abs(sum / Double(count) - 1) < 5 * deviation / (1 - rate))
  }

  @Test("is another mask in every step, lane, call, block and branch, and the same one again")
  func places() {
    let dropout = Dropout(rate: 0.5, seed: 7, step: 1)
    let masks = [
      mask(dropout), mask(dropout, call: 2), mask(dropout, layer: 1), mask(dropout, .attention), mask(dropout, lane: 3),
      mask(Dropout(rate: 0.5, seed: 8, step: 1)), mask(Dropout(rate: 0.5, seed: 7, step: 2)),
    ]
    #expect(Set(masks).count == masks.count)
    #expect(mask(dropout) == masks[0])
    // Rows are counted over all processes.
    #expect(mask(Dropout(rate: 0.5, seed: 7, step: 1, firstRow: 2), lane: 0) == masks[0])
    for (index, mask) in masks.enumerated() {
      for other in masks[..<index] {
        // Two masks agree by halves; 200 numbers do so within six deviations.
        let same = zip(mask, other).count { $0 == $1 }
        #expect(abs(same - mask.count / 2) < Int(3 * Double(mask.count).squareRoot()))
      }
    }
  }

  @Test("is not in what is looked ahead to, nor in a segment without it")
  func training() throws {
    let lanes = 6
    let inputs = TrainingBenchmark.samples(Self.a, count: lanes, seed: 6).inputs
    func network() throws -> TrainingNetwork {
      let network = TrainingNetwork(parameters: try TrainingFixture.parameters(Self.a), lanes: lanes, threads: 2)
      for lane in 0..<lanes { network.take(inputs, sequence: lane, lane: lane) }
      return network
    }
    let (with, without) = (try network(), try network())
    let said = with.forward(dropout: Dropout(rate: 0.2, seed: 1, step: 1))
    #expect(said != without.forward())
    // From equal states on, what comes next is equal.
    (without.slowStates, without.fastStates) = (with.slowStates, with.fastStates)
    let ahead = with.lookAhead()
    let next = without.forward()
    #expect(ahead.qHalt == next.qHalt && ahead.qContinue == next.qContinue)
    #expect(with.forward() == next)
  }
}
