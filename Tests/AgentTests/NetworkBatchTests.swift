import Agent
import Core
import HRM
import Testing

@Suite("Several requests together")
struct NetworkBatchTests {
  private func network() throws -> HRMNetwork {
    let tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: .tiny, seed: 3).map { ($0.name, $0.tensor) })
    return try HRMNetwork(architecture: .tiny, tensors: tensors)
  }

  private func request(_ number: Int, limits: ThinkingLimits = ThinkingLimits(maxSegments: 3)) -> NetworkRequest {
    let count = HRMArchitecture.tiny.windowBars * HRMArchitecture.tiny.nFeatures
    return NetworkRequest(
      sequence: UInt64(100 + number), instrument: InstrumentID(index: UInt16(number)),
      barClose: Timestamp(milliseconds: 0),
      input: HRMInput(
        bars: (0..<count).map { Float(($0 * (number + 2)) % 13 - 6) / 6 }, instrumentRow: number, timeframeRow: 0,
        context: [1, 0, 0, 0, 0, 1, 0, Float(number)]),
      legalMask: LegalMask(position: .flat, isShortable: number % 2 == 0), limits: limits)
  }

  @Test("each gets the answer it would get alone, in the order of the requests; a bad one spoils no other")
  func equality() throws {
    let network = try network()
    let runner = try NetworkRunner(network: network, capacity: 5)
    var requests = (0..<5).map { request($0) }
    requests[1].input.bars[7] = .nan
    requests[3].input.context.removeLast()
    let answers = runner.run(batch: requests) { 0 }
    #expect(answers.map(\.ticket) == [100, 101, 102, 103, 104])
    #expect(answers[1].failure == NetworkAnswer.nonFinite && answers[3].failure?.contains("context") == true)
    for index in [0, 2, 4] {
      #expect(answers[index] == (try NetworkRunner(network: network).run(requests[index]) { 0 }))
      #expect(answers[index].failure == nil && answers[index].reading?.segments == 3)
    }
    #expect(Set(answers.compactMap { $0.reading?.logits }).count == 3)
    #expect(runner.run(batch: [requests[1]]) { 0 }.map(\.failure) == [NetworkAnswer.nonFinite])
    #expect(runner.run(batch: []) { 0 } == [])
  }

  @Test("a runner knows how long segments take once it ran some against a deadline")
  func prediction() throws {
    let runner = try NetworkRunner(network: try network(), capacity: 4)
    _ = runner.run(request(0)) { 0 }
    #expect(runner.predictedSegmentNanoseconds(requests: 1) == nil && runner.capacity == 4)
    var now: UInt64 = 0
    let limits = ThinkingLimits(maxSegments: 1, deadlineNanoseconds: 1_000_000_000)
    _ = runner.run(request(0, limits: limits)) {
      now += 5_000_000
      return now
    }
    #expect(runner.predictedSegmentNanoseconds(requests: 1) == 5_000_000)
    #expect(runner.predictedSegmentNanoseconds(requests: 4) == 20_000_000)
    #expect(throws: PolicyError.self) { try NetworkRunner(network: try network(), capacity: 0) }
    #expect(throws: PolicyError.self) { try NetworkRunner(network: try network(), capacity: 65) }
  }

  @Test("as many as fit in time are taken; those that wait on get their share of it")
  func shares() {
    func share(_ waiting: Int, _ remaining: UInt64?, _ prediction: @escaping (Int) -> Double?) -> BatchShare {
      BatchShare(waiting: waiting, capacity: 8, remainingNanoseconds: remaining, prediction: prediction)
    }
    let tenEach: (Int) -> Double? = { 10 * Double($0) }
    for (waiting, remaining, count, deadline) in [
      (1, 100, 1, 100), (3, 100, 3, 100), (8, 100, 8, 100), (9, 100, 8, 50), (20, 100, 8, 33), (20, 45, 4, 9),
      (20, 9, 1, 0), (2, 9, 1, 4), (2, 20, 2, 20), (2, 19, 1, 9), (1, 0, 1, 0),
    ] as [(Int, UInt64, Int, UInt64)] {
      let found = share(waiting, remaining, tenEach)
      #expect(found.count == count && found.deadlineNanoseconds == deadline, "\(waiting) \(remaining) \(found)")
    }
    let unknown = share(20, 100) { _ in nil }
    #expect(unknown.count == 8 && unknown.deadlineNanoseconds == 33)
    let unlimited = share(20, nil, tenEach)
    #expect(unlimited.count == 8 && unlimited.deadlineNanoseconds == nil)
    #expect(share(3, nil, tenEach).count == 3)
  }
}
