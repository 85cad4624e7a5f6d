import Agent
import Core
import HRM
import Testing

@Suite("The network as a policy")
struct HRMPolicyTests {
  private func policy(min: String = "0", max: String = "1") throws -> HRMPolicy {
    try HRMPolicy(
      identity: PolicyIdentity(name: "hrm-tiny", sha256: "", isUntrained: true),
      setup: HRMPolicy.Setup(
        instrumentRows: [3, 0, 5], timeframe: .oneSecond, timeframeRow: 4, windowCount: 8, contextCount: 2,
        limits: limits, quantityMin: Rate(min), quantityMax: Rate(max)))
  }

  private let window: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]

  private func seen(_ instrument: UInt16 = 0, quality: QualityFlags = [], side: PositionSide = .flat) -> Observation {
    observation(
      tick(instrument, close: 5000), position: position(side, entry: price(1), entryTime: 0), quality: quality,
      isShortable: false, window: window, context: [0.5, -0.5])
  }

  @Test("A request carries the window, the rows of the vocabulary and the legal mask")
  func request() throws {
    var policy = try policy()
    for (instrument, row) in [(UInt16(0), 3), (1, 0), (2, 5), (3, 0), (900, 0)] {
      let request = try #require(policy.decide(seen(instrument)).request)
      #expect(request.input.instrumentRow == row)
      #expect(request.input.timeframeRow == 4)
      #expect(request.input.bars == window && request.input.context == [0.5, -0.5])
      #expect(request.legalMask == LegalMask(position: .flat, isShortable: false))
      #expect(request.barClose == Timestamp(milliseconds: 5000) && request.instrument.index == instrument)
      #expect(request.limits.maxSegments == 4)
    }
    var other = seen()
    other.timeframe = .oneDay
    #expect(policy.decide(other).request?.input.timeframeRow == 0)
  }

  @Test("The network sees the window on its model's scale; the observation stays as it is")
  func scale() throws {
    let normaliser = try #require(InputNormaliser(means: [1, 2], deviations: [2, 0.5]))
    func setup(_ windowCount: Int) -> HRMPolicy.Setup {
      HRMPolicy.Setup(
        instrumentRows: [], timeframe: .oneSecond, timeframeRow: 4, windowCount: windowCount, contextCount: 2,
        limits: limits, quantityMin: .zero, quantityMax: .one, normaliser: normaliser)
    }
    let identity = PolicyIdentity(name: "hrm-tiny", sha256: "", isUntrained: true)
    var policy = try HRMPolicy(identity: identity, setup: setup(8))
    let observation = seen()
    let request = try #require(policy.decide(observation).request)
    #expect(request.input.bars == [0, 0, 1, 4, 2, 5, 3, 5] && observation.window == window)
    #expect(request.input.context == [0.5, -0.5] && policy.normaliser == normaliser)
    #expect(throws: PolicyError.self) { try HRMPolicy(identity: identity, setup: setup(7)) }
  }

  @Test("It holds while warming up and fails on what the network must not see")
  func quality() throws {
    var policy = try policy()
    #expect(policy.decide(seen(quality: .warmingUp)).wish?.note == "warming_up")
    var empty = seen()
    empty.window = []
    #expect(policy.decide(empty).wish?.note == "warming_up")
    #expect(policy.decide(seen(quality: .nonFinite)).failure == .nonFinite)
    var short = seen()
    short.window.removeLast()
    #expect(policy.decide(short).failure == .loadFailed)
    var context = seen()
    context.context.append(0)
    #expect(policy.decide(context).failure == .loadFailed)
  }

  @Test("A complex market is thought about longer, if the settings say so; unknown complexity is the highest")
  func complexity() throws {
    func minimum(_ complexity: Double?, floor: Int, most: Int, isOn: Bool) throws -> Int? {
      var setup = HRMPolicy.Setup(
        instrumentRows: [], timeframe: .oneSecond, timeframeRow: 4, windowCount: 8, contextCount: 2,
        limits: ThinkingLimits(minSegments: floor, maxSegments: most, deadlineNanoseconds: 9), quantityMin: .zero,
        quantityMax: .one)
      setup.complexitySetsMinimum = isOn
      var policy = try HRMPolicy(identity: PolicyIdentity(name: "m", sha256: "", isUntrained: true), setup: setup)
      var observation = seen()
      observation.complexity = complexity
      let limits = try #require(policy.decide(observation).request).limits
      #expect(limits.maxSegments == most && limits.deadlineNanoseconds == 9)
      return limits.minSegments
    }
    let cases: [(Double?, Int, Int, Int)] = [
      (0, 1, 8, 1), (0.5, 1, 8, 3), (0.9, 1, 8, 4), (1, 1, 8, 4), (0.7, 1, 3, 1), (1, 1, 1, 1), (nil, 1, 8, 4),
      (.nan, 1, 8, 4), (2, 1, 8, 4), (-1, 1, 8, 4), (.infinity, 1, 8, 4), (1, 5, 8, 5), (0, 5, 8, 5), (1, 2, 64, 32),
    ]
    for (complexity, floor, most, expected) in cases {
      #expect(try minimum(complexity, floor: floor, most: most, isOn: true) == expected, "\(complexity as Any) \(most)")
      #expect(try minimum(complexity, floor: floor, most: most, isOn: false) == floor)
    }
  }

  private func network(
    _ logits: [Float], quantity: Float = 0.5, mask: LegalMask, value: Float = 0, argmax: [Int] = [0, 4],
    halt: HRMHalt = .q
  ) -> NetworkAnswer {
    let heads = HRMHeads(
      policyLogits: logits, quantity: quantity, value: value, qHalt: 1, qContinue: -1, residualH: 0.25, residualL: 0.5)
    let request = NetworkRequest(
      sequence: 11, instrument: InstrumentID(index: 0), barClose: Timestamp(milliseconds: 0),
      input: HRMInput(bars: [], instrumentRow: 0, timeframeRow: 0, context: []), legalMask: mask, limits: limits)
    let answer = HRMAnswer(heads: heads, segments: argmax.count, haltReason: halt, argmaxPerSegment: argmax)
    return NetworkAnswer(answer, to: request, latencyMicros: 77)
  }

  private let flatSpot = LegalMask(position: .flat, isShortable: false)

  @Test("A reading has raw logits, probabilities of the legal actions alone, and an action per segment")
  func reading() throws {
    let answer = network([1, 9, 9, 9, 0], mask: flatSpot, halt: .deadline)
    let reading = try #require(answer.reading)
    #expect(answer.ticket == 11 && answer.latencyMicros == 77 && answer.failure == nil)
    #expect(reading.logits == [1, 9, 9, 9, 0])
    #expect(reading.probabilities[1...3].allSatisfy { $0 == 0 })
    #expect(abs(reading.probabilities[0] - 0.731_058_6) < 1e-6 && abs(reading.probabilities[4] - 0.268_941_4) < 1e-6)
    #expect(reading.actionPerSegment == [.buyLong, .hold] && reading.segments == 2)
    #expect(reading.haltReason == .deadline && reading.qHalt == 1 && reading.qContinue == -1)
    #expect(reading.residualH == 0.25 && reading.residualL == 0.5)
    // Large logits neither overflow nor lose the sum.
    let large = try #require(network([3e38, 0, 0, 0, -3e38], mask: flatSpot).reading)
    #expect(large.probabilities == [1, 0, 0, 0, 0])
  }

  @Test("The best legal action is chosen, the lowest on ties, and only openings have a size")
  func action() throws {
    let policy = try policy(min: "0.1", max: "0.9")
    let cases: [([Float], PositionSide, Action, String)] = [
      ([1, 9, 9, 9, 0], .flat, .buyLong, "0.5"), ([1, 9, 9, 9, 1], .flat, .buyLong, "0.5"),
      ([1, 9, 9, 9, 2], .flat, .hold, "0"), ([9, 9, 1, 9, 0], .long, .closeLong, "1"),
      ([9, 9, 9, 1, 2], .short, .hold, "0"), ([9, 9, 9, -1, -1], .short, .closeShort, "1"),
    ]
    for (logits, side, action, fraction) in cases {
      let mask = LegalMask(position: side, isShortable: false)
      let wish = try #require(policy.interpret(network(logits, mask: mask), legalMask: mask).wish)
      let expected = try Rate(fraction)
      #expect(wish.action == action && wish.fraction == expected, "\(logits) \(side)")
      #expect(wish.reading?.logits == logits)
    }
  }

  @Test("The quantity head is mapped exactly and rounded towards zero")
  func quantity() throws {
    let cases: [(Float, String, String, String)] = [
      (0, "0.1", "0.9", "0.1"), (1, "0.1", "0.9", "0.9"), (0.25, "0", "1", "0.25"), (0.5, "0.2", "0.2", "0.2"),
      // The float nearest 0.1 is 0.100000001490116...
      (0.1, "0", "1", "0.100000001"), (0.1, "0", "0.3", "0.03"), (0.9, "0.000000001", "1", "0.899999976"),
    ]
    for (share, low, high, expected) in cases {
      let policy = try policy(min: low, max: high)
      let wish = policy.interpret(network([1, 0, 0, 0, 0], quantity: share, mask: flatSpot), legalMask: flatSpot).wish
      let exact = try Rate(expected)
      #expect(wish?.fraction == exact, "\(share) in \(low)...\(high): \(String(describing: wish))")
    }
  }

  @Test("Numbers that are not finite, or out of range, are failures")
  func nonFinite() throws {
    let policy = try policy()
    let broken = [
      network([.nan, 0, 0, 0, 0], mask: flatSpot), network([.infinity, 0, 0, 0, 0], mask: flatSpot),
      // Also where the number is of an illegal action.
      network([0, .nan, 0, 0, 0], mask: flatSpot), network([0, 0, 0, 0, 0], quantity: .nan, mask: flatSpot),
      network([0, 0, 0, 0, 0], mask: flatSpot, value: .nan),
    ]
    for answer in broken {
      #expect(answer.failure == "non-finite" && answer.reading == nil && answer.quantity == 0)
      #expect(policy.interpret(answer, legalMask: flatSpot).failure == .nonFinite)
    }
    for quantity: Float in [-0.001, 1.001] {
      let answer = network([1, 0, 0, 0, 0], quantity: quantity, mask: flatSpot)
      #expect(policy.interpret(answer, legalMask: flatSpot).failure == .nonFinite)
    }
    // A recorded answer need not have come from the runner.
    var forged = network([1, 0, 0, 0, 0], mask: flatSpot)
    forged.reading?.value = .infinity
    #expect(policy.interpret(forged, legalMask: flatSpot).failure == .nonFinite)
    forged.reading = nil
    #expect(policy.interpret(forged, legalMask: flatSpot).failure == .loadFailed)
    #expect(network([0, 0, 0, 0], mask: flatSpot).failure != nil)
    #expect(network([0, 0, 0, 0, 0], mask: flatSpot, argmax: [7]).failure != nil)
    #expect(network([0, 0, 0, 0, 0], mask: flatSpot, argmax: []).failure != nil)
  }

  @Test("Impossible bounds are refused")
  func parameters() {
    for (low, high) in [("-0.1", "1"), ("0.6", "0.5"), ("0", "1.000000001")] {
      #expect(throws: PolicyError.self) { try policy(min: low, max: high) }
    }
  }
}
