import HRM
import Testing

@Suite("Thinking against the clock")
struct DeadlineTests {
  static let allLegal = [Bool](repeating: true, count: 5)

  /// A clock that moves on by the next of some durations whenever it is read, and remembers what it said.
  final class Clock {
    var now: UInt64
    var durations: [UInt64]
    var readings: [UInt64] = []
    init(_ durations: [UInt64], start: UInt64 = 7_000_000) {
      self.durations = durations
      now = start
    }
    func read() -> UInt64 {
      if !readings.isEmpty { now += durations.isEmpty ? 1_000_000 : durations.removeFirst() }
      readings.append(now)
      return now
    }
  }

  /// The rule of prediction written down once more: the average that moves by a tenth, or the second slowest of the last
  /// eight, or the slowest of this decision.
  struct Predictor {
    var average: Double?
    var recent: [Double] = []
    mutating func note(_ time: Double) {
      average = average.map { $0 + 0.1 * (time - $0) } ?? time
      recent = Array((recent + [time]).suffix(8))
    }
    func prediction(slowestHere: Double) -> Double {
      max(average ?? 0, recent.sorted().dropLast().last ?? 0, slowestHere)
    }
  }

  /// A network that never wants to stop by itself.
  static func tireless() throws -> HRMInference {
    var tensors = Fixture.tensors(.tiny, seed: 1)
    tensors["w_q"] = Tensor(shape: tensors["w_q"]!.shape)
    return HRMInference(network: try HRMNetwork(architecture: .tiny, tensors: tensors), threads: 1)
  }

  @Test("no deadline is overrun by more than one segment; the clock explains how deep it went", arguments: 0..<6)
  func randomDurations(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let inference = try Self.tireless()
    var predictor = Predictor()
    var depths: Set<Int> = []
    for decision in 0..<60 {
      let typical = UInt64(1_000_000 + random.below(20_000_000))
      let durations = (0..<70).map { _ in
        // One in twelve is held up, up to twenty times as long.
        let spike = random.below(12) == 0 ? UInt64(1 + random.below(20)) : 1
        return typical / 2 * spike + UInt64(random.below(Int(typical)))
      }
      let deadline = UInt64(random.below(120_000_000))
      let limits = ThinkingLimits(maxSegments: 1 + random.below(12), deadlineNanoseconds: deadline)
      let clock = Clock(durations)
      let answer = inference.decide(
        Fixture.input(.tiny, seed: UInt64(decision)), legal: Self.allLegal, limits: limits, clock: clock.read)

      let place = "seed \(seed) decision \(decision)"
      let segments = zip(clock.readings.dropFirst(2), clock.readings.dropFirst()).map { Double($0 - $1) }
      #expect(segments.count == answer.segments && inference.segmentTimes.map { Double($0.nanoseconds) } == segments)
      let total = clock.readings.last! - clock.readings[0]
      #expect(Double(total) <= Double(deadline) + segments.max()! + Double(durations[0]), "\(place)")
      // Before each further segment it must have looked as if it would fit, and at the end not.
      var slowest = 0.0
      for (index, time) in segments.enumerated() {
        predictor.note(time)
        slowest = max(slowest, time)
        let elapsed = Double(clock.readings[index + 2] - clock.readings[0])
        let fits = elapsed + predictor.prediction(slowestHere: slowest) <= Double(deadline)
        let isLast = index == segments.count - 1
        if isLast { #expect(answer.haltReason == .max || !fits, "\(place)") } else { #expect(fits, "\(place)") }
      }
      #expect((answer.haltReason == .max) == (answer.segments == limits.maxSegments), "\(place)")
      depths.insert(answer.segments)
    }
    #expect(depths.count > 4)
  }

  @Test("one segment that was held up is forgiven, two are not")
  func spikes() throws {
    let inference = try Self.tireless()
    func depth(_ durations: [UInt64]) -> Int {
      let limits = ThinkingLimits(maxSegments: 8, deadlineNanoseconds: 50_000_000)
      let clock = Clock([0] + durations.map { $0 * 1_000_000 })
      return inference.decide(
        Fixture.input(.tiny, seed: 1), legal: Self.allLegal, limits: limits, clock: clock.read
      ).segments
    }
    #expect(depth([10, 10, 10, 10, 10, 10]) == 5)
    #expect(depth([10, 200]) == 2)
    // The average alone is above the usual ten now, the slow segment itself does not count.
    #expect(depth([10, 10, 10, 10, 10]) == 3)
    for _ in 0..<4 { _ = depth([10, 10, 10, 10]) }
    #expect(depth([10, 10, 10, 10]) == 4)
    #expect(depth([200]) == 1)
    #expect(depth([200]) == 1)
    #expect(depth([10, 10, 10]) == 1)
  }

  @Test("of a batch, each question stops in its own time and for its own reason")
  func batch() throws {
    var tensors = Fixture.tensors(.tiny, seed: 1)
    tensors["w_q"] = Tensor(shape: tensors["w_q"]!.shape)
    let network = try HRMNetwork(architecture: .tiny, tensors: tensors)
    let inference = HRMInference(network: network, threads: 1, capacity: 4)
    let limits: [ThinkingLimits] = [
      .init(maxSegments: 9, deadlineNanoseconds: 25_000_000), .init(maxSegments: 2, deadlineNanoseconds: 90_000_000),
      .init(maxSegments: 9, deadlineNanoseconds: 45_000_000), .init(maxSegments: 4),
    ]
    let questions = limits.enumerated().map {
      HRMQuestion(input: Fixture.input(.tiny, seed: UInt64($0)), legal: Self.allLegal, limits: $1)
    }
    let clock = Clock([0] + [UInt64](repeating: 10_000_000, count: 20))
    let answers = inference.decide(batch: questions, clock: clock.read)
    #expect(answers.map(\.segments) == [2, 2, 4, 4])
    #expect(answers.map(\.haltReason) == [.deadline, .max, .deadline, .max])
    #expect(inference.segmentTimes.map(\.sequences) == [4, 4, 2, 2])
    #expect(inference.segmentTimes.map { $0.predictedNanoseconds != nil } == [false, true, true, true])
    // Two were never measured before the third segment, but four were, and two take no longer than four.
    #expect(inference.segmentTimes[2].predictedNanoseconds == 10_000_000)
    #expect(inference.predictedSegmentNanoseconds(sequences: 3) == 10_000_000)
    for (question, answer) in zip(questions, answers) {
      var forced = question
      forced.limits.forcedSegments = answer.segments
      let again = inference.decide(batch: [forced]) { 0 }
      #expect(again == [answer])
    }
  }

  @Test("a batch is predicted to take as long as a larger one, or in proportion to a smaller one, if it is unknown")
  func unknownSizes() throws {
    let network = try Fixture.network(.tiny)
    let inference = HRMInference(network: network, threads: 1, capacity: 6)
    #expect(inference.predictedSegmentNanoseconds(sequences: 1) == nil)
    func decide(_ count: Int, _ millis: UInt64) {
      let limits = ThinkingLimits(maxSegments: 1, deadlineNanoseconds: 1_000_000_000)
      let question = HRMQuestion(input: Fixture.input(.tiny, seed: 1), legal: Self.allLegal, limits: limits)
      let clock = Clock([0, millis * 1_000_000])
      _ = inference.decide(batch: Array(repeating: question, count: count), clock: clock.read)
    }
    decide(2, 10)
    #expect((1...6).map { inference.predictedSegmentNanoseconds(sequences: $0)! / 1e6 } == [10, 10, 15, 20, 25, 30])
    decide(5, 18)
    #expect((1...6).map { inference.predictedSegmentNanoseconds(sequences: $0)! / 1e6 } == [10, 10, 15, 18, 18, 21.6])
  }

  @Test("a batch answers as each question alone would, whatever is with it", arguments: HRMPrecision.allCases)
  func equalAnswers(precision: HRMPrecision) throws {
    let network = try Fixture.network(.tiny, precision: precision)
    var random = TestRandom(seed: 11)
    for mode in EqualityTests.modes {
      let questions = (0..<24).map { index in
        var legal = (0..<5).map { _ in random.below(3) > 0 }
        legal[4] = true
        let limits = ThinkingLimits(
          minSegments: 1 + random.below(3), maxSegments: 1 + random.below(6), tolerance: Float(random.below(2)),
          forcedSegments: random.below(4) == 0 ? 1 + random.below(7) : nil)
        return HRMQuestion(input: Fixture.input(.tiny, seed: UInt64(index)), legal: legal, limits: limits)
      }
      let alone = HRMInference(network: network, threads: 1, mode: mode)
      let expected = questions.map { alone.decide(batch: [$0]) { 0 }[0] }
      #expect(Set(expected.map(\.haltReason)).count > 2)
      #expect(Set(expected.map(\.segments)).count > 2)
      let together = HRMInference(network: network, threads: 2, mode: mode, capacity: 7)
      for round in 0..<8 {
        var order = Array(questions.indices)
        for left in order.indices { order.swapAt(left, left + random.below(order.count - left)) }
        order = Array(order.prefix(1 + random.below(7)))
        let answers = together.decide(batch: order.map { questions[$0] }) { 0 }
        #expect(answers == order.map { expected[$0] }, "\(mode) round \(round)")
      }
    }
    #expect(alone(network).decide(batch: []) { 0 } == [])
  }

  private func alone(_ network: HRMNetwork) -> HRMInference { HRMInference(network: network, threads: 1) }
}
