import HRM
import Testing

@Suite("Thinking and halting")
struct DecideTests {
  static let allLegal = [Bool](repeating: true, count: 5)
  static let input = Fixture.input(.tiny, seed: 9)

  /// A network whose halting logits are `qHalt` and `qContinue` whatever it sees.
  static func inference(qHalt: Float, qContinue: Float) throws -> HRMInference {
    var tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: .tiny, seed: 1).map { ($0.name, $0.tensor) })
    tensors["b_q"] = Tensor(shape: [2], values: [qHalt, qContinue])
    return HRMInference(network: try HRMNetwork(architecture: .tiny, tensors: tensors))
  }

  /// A clock that moves `step` nanoseconds whenever it is read.
  final class Clock {
    var now: UInt64 = 1_000_000
    var reads = 0
    let step: UInt64
    init(step: UInt64) { self.step = step }
    func read() -> UInt64 {
      reads += 1
      now += step
      return now
    }
  }

  static func noClock() -> UInt64 {
    Issue.record("the clock was read without a deadline")
    return 0
  }

  @Test("stops when the network wants to, but not before the minimum")
  func halting() throws {
    let eager = try Self.inference(qHalt: 1, qContinue: 0)
    var answer = eager.decide(Self.input, legal: Self.allLegal, limits: .init(maxSegments: 6), clock: Self.noClock)
    #expect(answer.segments == 1 && answer.haltReason == .q && answer.argmaxPerSegment.count == 1)
    answer = eager.decide(
      Self.input, legal: Self.allLegal, limits: .init(minSegments: 3, maxSegments: 6), clock: Self.noClock)
    #expect(answer.segments == 3 && answer.haltReason == .q && answer.argmaxPerSegment.count == 3)
  }

  @Test("stops at the most segments; equal Q values go on")
  func maximum() throws {
    let undecided = try Self.inference(qHalt: 0, qContinue: 0)
    for most in [1, 4, 64] {
      let limits = ThinkingLimits(maxSegments: most)
      let answer = undecided.decide(Self.input, legal: Self.allLegal, limits: limits, clock: Self.noClock)
      #expect(answer.segments == most && answer.haltReason == .max)
    }
    let bounded = undecided.decide(
      Self.input, legal: Self.allLegal, limits: .init(maxSegments: 1000), clock: Self.noClock)
    #expect(bounded.segments == 64)
  }

  @Test("stops when the slow state hardly changes")
  func convergence() throws {
    let inference = try Self.inference(qHalt: 0, qContinue: 1)
    let limits = ThinkingLimits(minSegments: 2, maxSegments: 5, tolerance: 1e9)
    let answer = inference.decide(Self.input, legal: Self.allLegal, limits: limits, clock: Self.noClock)
    #expect(answer.segments == 2 && answer.haltReason == .converged)
  }

  @Test("stops when the next segment would end after the deadline, after one segment at the earliest")
  func deadline() throws {
    let expected: [(UInt64, Int, HRMHalt)] = [
      (0, 1, .deadline), (299, 1, .deadline), (300, 2, .deadline), (350, 2, .deadline), (400, 3, .deadline),
      (10_000, 5, .max),
    ]
    for (deadline, segments, reason) in expected {
      let inference = try Self.inference(qHalt: 0, qContinue: 1)
      let clock = Clock(step: 100)
      let limits = ThinkingLimits(maxSegments: 5, deadlineNanoseconds: deadline)
      let answer = inference.decide(Self.input, legal: Self.allLegal, limits: limits, clock: clock.read)
      #expect(answer.segments == segments && answer.haltReason == reason, "\(deadline)")
      #expect(clock.reads == 2 + segments)
    }
  }

  @Test("remembers how long segments took in earlier decisions")
  func memory() throws {
    let inference = try Self.inference(qHalt: 0, qContinue: 1)
    let limits = ThinkingLimits(maxSegments: 5, deadlineNanoseconds: 1000)
    _ = inference.decide(Self.input, legal: Self.allLegal, limits: limits, clock: Clock(step: 1000).read)
    let answer = inference.decide(Self.input, legal: Self.allLegal, limits: limits, clock: Clock(step: 100).read)
    #expect(answer.segments == 1 && answer.haltReason == .deadline)
  }

  @Test("a clock that stands still or runs backwards does no harm")
  func brokenClock() throws {
    let inference = try Self.inference(qHalt: 0, qContinue: 1)
    let limits = ThinkingLimits(maxSegments: 3, deadlineNanoseconds: 1000)
    var now: UInt64 = 1_000_000
    let answer = inference.decide(Self.input, legal: Self.allLegal, limits: limits) {
      now -= 50
      return now
    }
    #expect(answer.segments == 3 && answer.haltReason == .max)
  }

  @Test("forcing the recorded number of segments reproduces the answer, halt reason included")
  func replay() throws {
    let cases: [(Float, ThinkingLimits)] = [
      (0, .init(maxSegments: 5, deadlineNanoseconds: 350)), (0, .init(maxSegments: 3)),
      (2, .init(minSegments: 2, maxSegments: 5)),
      (0, .init(minSegments: 2, maxSegments: 5, tolerance: 1e9)),
    ]
    for (qHalt, limits) in cases {
      let inference = try Self.inference(qHalt: qHalt, qContinue: 1)
      let live = inference.decide(Self.input, legal: Self.allLegal, limits: limits, clock: Clock(step: 100).read)
      var forced = limits
      forced.forcedSegments = live.segments
      let replayed = inference.decide(Self.input, legal: Self.allLegal, limits: forced, clock: Self.noClock)
      #expect(replayed == live)
      forced.forcedSegments = 7
      let longer = inference.decide(Self.input, legal: Self.allLegal, limits: forced, clock: Self.noClock)
      #expect(longer.segments == 7 && Array(longer.argmaxPerSegment.prefix(live.segments)) == live.argmaxPerSegment)
    }
  }

  @Test("an illegal action never wins")
  func legality() throws {
    let inference = HRMInference(network: try Fixture.network(.tiny))
    for seed in 0..<40 {
      var random = TestRandom(seed: UInt64(seed))
      var legal = (0..<5).map { _ in random.below(2) == 0 }
      legal[4] = true
      let input = Fixture.input(.tiny, seed: UInt64(seed))
      let answer = inference.decide(input, legal: legal, limits: .init(maxSegments: 2), clock: Self.noClock)
      #expect(answer.argmaxPerSegment.allSatisfy { legal[$0] }, "seed \(seed)")
      let best = zip(answer.heads.policyLogits, legal).map { $1 ? $0 : -.infinity }.max()!
      #expect(answer.heads.policyLogits[answer.argmaxPerSegment.last!] == best, "seed \(seed)")
    }
  }

  @Test("logits that are no numbers never win")
  func brokenLogits() {
    func best(_ logits: [Float], _ legal: [Bool] = Self.allLegal) -> Int {
      HRMHeads(policyLogits: logits, quantity: 0, value: 0, qHalt: 0, qContinue: 0, residualH: 0, residualL: 0)
        .bestAction(legal: legal)
    }
    #expect(best([.nan, 1, 2, .nan, 0]) == 2)
    #expect(best([.nan, .nan, .nan, .nan, .nan]) == 4)
    #expect(best([3, 3, 1, 1, 1]) == 0)
    #expect(best([3, -.infinity, 1, 1, 1], [false, true, false, false, false]) == 1)
    #expect(best([9, 9, 9, 9, .nan], [false, false, false, false, true]) == 4)
  }
}
