import Agent
import Core
import HRM
import Settings
import Synchronization

/// Runs the network on a thread of its own. Requests of one instrument replace each other while they wait; the answer
/// goes back as an input.
package final class Thinker: Sendable {
  private let requests = Mailbox<(NetworkRequest, UInt64)>(capacity: 4096) {
    .conflate(key: Int($0.0.instrument.index))
  }
  private let worker: Worker
  private let time: any TimeSource
  private let isVirtual: Bool
  private let answer: @Sendable (NetworkAnswer, InstrumentID) -> Void
  private let latencies = Mutex(LatencyHistogram())

  private actor Worker {
    private let executor = ThreadExecutor(name: "network")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let runner: NetworkRunner
    private let time: any TimeSource

    init(_ network: HRMNetwork, _ model: HRMSettings, _ time: any TimeSource) throws {
      runner = try NetworkRunner(network, model)
      self.time = time
    }

    /// `sharers`: requests, this one included, that the time left must do for.
    func run(_ request: NetworkRequest, askedAt: UInt64, sharers: UInt64) -> NetworkAnswer {
      let waited = time.monotonicNanoseconds &- askedAt
      var request = request
      request.limits.deadlineNanoseconds = request.limits.deadlineNanoseconds.map {
        $0 <= waited ? $0 : waited + ($0 - waited) / sharers
      }
      return runner.run(request, waitedNanoseconds: waited) { time.monotonicNanoseconds }
    }
  }

  /// A thinker over a network. In virtual time answers carry no latency: nothing may depend on it there.
  package init(
    network: HRMNetwork, model: HRMSettings, time: any TimeSource, isVirtual: Bool,
    answer: @escaping @Sendable (NetworkAnswer, InstrumentID) -> Void
  ) throws {
    worker = try Worker(network, model, time)
    self.time = time
    self.isVirtual = isVirtual
    self.answer = answer
  }

  /// How long one segment takes, in milliseconds, once memory is warm. Runs two.
  package func measureSegment(of architecture: HRMArchitecture) async -> Double {
    let input = HRMInput(
      bars: Array(repeating: 0, count: architecture.windowBars * architecture.nFeatures), instrumentRow: 0,
      timeframeRow: 0, context: Array(repeating: 0, count: architecture.nAccount))
    let request = NetworkRequest(
      sequence: 0, instrument: InstrumentID(index: 0), barClose: Timestamp(milliseconds: 0), input: input,
      legalMask: LegalMask(position: .flat, isShortable: true), limits: ThinkingLimits(forcedSegments: 1))
    var nanoseconds: UInt64 = 0
    for _ in 0..<2 {
      let start = time.monotonicNanoseconds
      _ = await worker.run(request, askedAt: start, sharers: 1)
      nanoseconds = time.monotonicNanoseconds &- start
    }
    return Double(nanoseconds) / 1e6
  }

  /// Takes a request without waiting.
  package func think(_ request: NetworkRequest) { requests.send((request, time.monotonicNanoseconds)) }

  /// Works until closed.
  package func run() async {
    while let (request, asked) = await requests.next() {
      let sharers = UInt64(requests.count) + 1
      var given = await worker.run(request, askedAt: asked, sharers: sharers)
      let elapsed = time.monotonicNanoseconds &- asked
      latencies.withLock { $0.add(nanoseconds: elapsed) }
      // The whole wait counts, not only the arithmetic.
      given.latencyMicros = isVirtual ? 0 : Int(clamping: elapsed / 1000)
      answer(given, request.instrument)
    }
  }

  /// Takes no more requests.
  package func close() { requests.close() }

  /// Time from question to answer, so far.
  package var latency: LatencyHistogram { latencies.withLock { $0 } }
}
