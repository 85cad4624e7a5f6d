import Agent
import Bot
import Core
import HRM
import Settings
import Synchronization
import Testing

@Suite("The network's thread")
struct ThinkerTests {
  /// A clock that moves on by a millisecond whenever it is read.
  private final class TickingTime: TimeSource {
    private let nanoseconds = Atomic<UInt64>(0)
    var now: Timestamp { Timestamp(milliseconds: 0) }
    var monotonicNanoseconds: UInt64 { nanoseconds.add(1_000_000, ordering: .relaxed).newValue }
  }

  private func request(_ number: Int, instrument: UInt16, limits: ThinkingLimits) -> NetworkRequest {
    let count = HRMArchitecture.tiny.windowBars * HRMArchitecture.tiny.nFeatures
    return NetworkRequest(
      sequence: UInt64(number), instrument: InstrumentID(index: instrument), barClose: Timestamp(milliseconds: 0),
      input: HRMInput(
        bars: (0..<count).map { Float(($0 * (number + 2)) % 17 - 8) / 8 }, instrumentRow: number, timeframeRow: 0,
        context: [1, 0, 0, 0, 0, 1, 0, Float(number)]),
      legalMask: LegalMask(position: .flat, isShortable: true), limits: limits)
  }

  private func network() throws -> HRMNetwork {
    let tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: .tiny, seed: 3).map { ($0.name, $0.tensor) })
    return try HRMNetwork(architecture: .tiny, tensors: tensors)
  }

  @Test("every request that waits gets one answer, in order, the same as alone; a newer one of an instrument wins")
  func order() async throws {
    let network = try network()
    let given = Mutex<[(NetworkAnswer, InstrumentID)]>([])
    let thinker = try Thinker(network: network, model: HRMSettings(), time: VirtualTime(), isVirtual: true) {
      answer, instrument in given.withLock { $0.append((answer, instrument)) }
    }
    let limits = ThinkingLimits(maxSegments: 2)
    let requests = (0..<19).map { request($0, instrument: UInt16($0), limits: limits) }
    for request in requests { thinker.think(request) }
    let newer = request(50, instrument: 4, limits: limits)
    thinker.think(newer)
    thinker.close()
    await thinker.run()
    let expected = requests.filter { $0.instrument.index != 4 } + [newer]
    let answers = given.withLock { $0 }
    #expect(answers.map(\.0.ticket) == expected.map(\.sequence))
    #expect(answers.map(\.1) == expected.map(\.instrument))
    let runner = try NetworkRunner(network: network)
    for (answer, request) in zip(answers, expected) { #expect(answer.0 == runner.run(request) { 0 }) }
    #expect(thinker.latency.count == 19)
  }

  @Test("a deadline holds for those who wait too, and each gets a segment")
  func deadline() async throws {
    let given = Mutex<[NetworkAnswer]>([])
    let thinker = try Thinker(
      network: try network(), model: HRMSettings(), time: TickingTime(), isVirtual: false
    ) { answer, _ in given.withLock { $0.append(answer) } }
    #expect(await thinker.measureSegment(of: .tiny) == 1)
    let limits = ThinkingLimits(maxSegments: 64, deadlineNanoseconds: 60_000_000)
    for number in 0..<12 { thinker.think(request(number, instrument: UInt16(number), limits: limits)) }
    thinker.close()
    await thinker.run()
    let answers = given.withLock { $0 }
    #expect(answers.map(\.ticket) == (0..<12).map { UInt64($0) })
    #expect(answers.allSatisfy { $0.failure == nil && $0.latencyMicros > 0 })
    let depths = answers.compactMap { $0.reading?.segments }
    // Eight first, which may use half of what is left, then four.
    #expect(Set(depths.prefix(8)).count == 1 && Set(depths.suffix(4)).count == 1, "\(depths)")
    #expect(depths[0] > 5 && depths[0] < 40 && depths[8] >= 1, "\(depths)")
    #expect(answers.allSatisfy { $0.reading?.haltReason == .deadline })
  }
}
