import Agent
import Core
import HRM
import Settings
import Synchronization

/// Runs the network on a thread of its own. Requests of one instrument replace each other while they wait; those of
/// several instruments are thought about together. Answers go back as inputs, in the order of the requests.
package final class Thinker: Sendable {
  /// Most requests that are thought about together.
  package static let batchCapacity = 8

  private struct Waiting {
    var request: NetworkRequest
    /// When it was asked.
    let nanoseconds: UInt64
  }
  private let requests = Mailbox<Waiting>(capacity: 4096) { .conflate(key: Int($0.request.instrument.index)) }
  private let worker: Worker
  private let time: any TimeSource
  private let isVirtual: Bool
  private let answer: @Sendable (NetworkAnswer, InstrumentID) -> Void
  private let latencies = Mutex(LatencyHistogram())
  private let decisionTime = Mutex<DecisionTime?>(nil)

  private actor Worker {
    private let executor = ThreadExecutor(name: "network")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let runner: NetworkRunner
    private let time: any TimeSource

    init(_ network: HRMNetwork, _ model: HRMSettings, _ time: any TimeSource) throws {
      runner = try NetworkRunner(network, model, capacity: Thinker.batchCapacity)
      self.time = time
    }

    /// Thinks about the oldest request and about those behind it that can be thought about at the same time.
    func think(_ oldest: Waiting, _ others: Mailbox<Waiting>) -> [(waiting: Waiting, answer: NetworkAnswer)] {
      let now = time.monotonicNanoseconds
      let remaining = oldest.request.limits.deadlineNanoseconds.map { $0 - min($0, now &- oldest.nanoseconds) }
      let share = BatchShare(
        waiting: others.count + 1, capacity: runner.capacity, remainingNanoseconds: remaining,
        prediction: runner.predictedSegmentNanoseconds)
      var batch = [oldest]
      while batch.count < share.count, let next = others.poll() { batch.append(next) }
      for index in batch.indices { batch[index].request.limits.deadlineNanoseconds = share.deadlineNanoseconds }
      let answers = runner.run(batch: batch.map(\.request)) { time.monotonicNanoseconds }
      return Array(zip(batch, answers)).map { (waiting: $0, answer: $1) }
    }

    func measure(_ request: NetworkRequest) {
      _ = runner.run(batch: [request]) { time.monotonicNanoseconds }
    }

    /// Expected nanoseconds of a segment of one request.
    var segmentNanoseconds: Double { runner.predictedSegmentNanoseconds(requests: 1) ?? 0 }
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

  /// How long one segment takes, in milliseconds, once memory is warm. Runs a few, from which the first decisions know
  /// what fits into their deadline.
  package func measureSegment(of architecture: HRMArchitecture) async -> Double {
    let input = HRMInput(
      bars: Array(repeating: 0, count: architecture.windowBars * architecture.nFeatures), instrumentRow: 0,
      timeframeRow: 0, context: Array(repeating: 0, count: architecture.nAccount))
    func request(_ limits: ThinkingLimits) -> NetworkRequest {
      NetworkRequest(
        sequence: 0, instrument: InstrumentID(index: 0), barClose: Timestamp(milliseconds: 0), input: input,
        legalMask: LegalMask(position: .flat, isShortable: true), limits: limits)
    }
    // The first one warms up; without a deadline it is not measured.
    await worker.measure(request(ThinkingLimits(forcedSegments: 1)))
    for _ in 0..<3 { await worker.measure(request(ThinkingLimits(maxSegments: 1, deadlineNanoseconds: .max))) }
    return await worker.segmentNanoseconds / 1e6
  }

  /// Counts answers against limits from now on.
  package func time(_ limits: DecisionTime?) { decisionTime.withLock { $0 = limits } }

  /// Answers against their limits so far; nil without limits.
  package var overruns: DecisionTime.Report? { decisionTime.withLock { $0 }?.counts }

  /// Takes a request without waiting.
  package func think(_ request: NetworkRequest) {
    requests.send(Waiting(request: request, nanoseconds: time.monotonicNanoseconds))
  }

  /// Works until closed.
  package func run() async {
    while let oldest = await requests.next() {
      for (waiting, answer) in await worker.think(oldest, requests) {
        var answer = answer
        let elapsed = time.monotonicNanoseconds &- waiting.nanoseconds
        latencies.withLock { $0.add(nanoseconds: elapsed) }
        decisionTime.withLock { $0 }?.note(nanoseconds: elapsed)
        // The whole wait counts, not only the arithmetic.
        answer.latencyMicros = isVirtual ? 0 : Int(clamping: elapsed / 1000)
        self.answer(answer, waiting.request.instrument)
      }
    }
  }

  /// Takes no more requests.
  package func close() { requests.close() }

  /// Time from question to answer, so far.
  package var latency: LatencyHistogram { latencies.withLock { $0 } }
}
