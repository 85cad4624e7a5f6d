import HRM

/// Runs the network's forward passes. Confined to one thread at a time: give it one of its own.
public final class NetworkRunner {
  private let inference: HRMInference

  /// A runner over a network. `cycles`, `timesteps`: high cycles and low steps, 1 to 16; nil for the model's own.
  /// `threads`: 1 to 16, the caller's included; nil for two where the network is large. `capacity`: requests that can be
  /// thought about together, 1 to 64. Throws `PolicyError.parameters`.
  public init(
    network: HRMNetwork, cycles: Int? = nil, timesteps: Int? = nil, threads: Int? = nil,
    mode: HRMInference.Mode = .fixed, capacity: Int = 1
  ) throws {
    let allowed = 1...HRMArchitecture.largestRecurrence
    for (name, value) in [("cycles", cycles), ("timesteps", timesteps), ("threads", threads)] {
      guard let value, !allowed.contains(value) else { continue }
      throw PolicyError.parameters("hrm: \(name) is \(value), allowed are \(allowed)")
    }
    guard (1...HRMInference.largestCapacity).contains(capacity) else {
      throw PolicyError.parameters("hrm: capacity is \(capacity), allowed are 1...\(HRMInference.largestCapacity)")
    }
    if case .converge(let tolerance, let maxSteps) = mode {
      guard tolerance >= 0, (1...1000).contains(maxSteps) else {
        throw PolicyError.parameters("hrm: convergence_threshold \(tolerance) or max_convergence_steps \(maxSteps)")
      }
    }
    inference = HRMInference(
      network: network, cycles: cycles, timesteps: timesteps, threads: threads, mode: mode, capacity: capacity)
  }

  /// Arithmetic of a segment, threads that share it, and the precision of the weights.
  package var cost: SegmentCost {
    SegmentCost(inference.network.architecture, cycles: inference.cycles, steps: inference.timesteps)
  }
  package var threads: Int { inference.threads }
  package var precision: HRMPrecision { inference.network.precision }

  /// Requests that can be thought about together.
  public var capacity: Int { inference.capacity }

  /// Nanoseconds that a segment of so many requests (1 to `capacity`) is expected to take; nil if none with a deadline
  /// was ever run.
  public func predictedSegmentNanoseconds(requests: Int) -> Double? {
    inference.predictedSegmentNanoseconds(sequences: requests)
  }

  /// Thinks within the request's limits. An input that does not fit the model and output that is not finite are
  /// failures of the answer, never traps.
  ///
  /// - Parameters:
  ///   - waitedNanoseconds: time the request waited for this runner, taken off its deadline; at least one segment runs.
  ///   - clock: monotonic nanoseconds.
  public func run(
    _ request: NetworkRequest, waitedNanoseconds: UInt64 = 0, clock: () -> UInt64
  ) -> NetworkAnswer {
    var request = request
    request.limits.deadlineNanoseconds = request.limits.deadlineNanoseconds.map { $0 - min($0, waitedNanoseconds) }
    return run(batch: [request], clock: clock)[0]
  }

  /// Thinks about at most `capacity` requests together; answers in the order of the requests. Deadlines count from the
  /// call. But for the number of segments where there is a deadline, each answer is what the request would get alone;
  /// its latency is that of the batch.
  public func run(batch requests: [NetworkRequest], clock: () -> UInt64) -> [NetworkAnswer] {
    let start = clock()
    let failures = requests.map(failure)
    let sound = requests.indices.filter { failures[$0] == nil }
    let actions = 0..<inference.network.architecture.nActions
    let thoughts = inference.decide(
      batch: sound.map { index in
        let request = requests[index]
        return HRMQuestion(
          input: request.input, legal: actions.map { request.legalMask.bits >> $0 & 1 == 1 }, limits: request.limits)
      }, clock: clock)
    var answers = zip(requests, failures).map { request, failure in
      NetworkAnswer(ticket: request.sequence, reading: nil, quantity: 0, failure: failure, latencyMicros: 0)
    }
    if sound.isEmpty { return answers }
    let latencyMicros = Int(clamping: (clock() &- start) / 1000)
    for (index, thought) in zip(sound, thoughts) {
      answers[index] = NetworkAnswer(thought, to: requests[index], latencyMicros: latencyMicros)
    }
    return answers
  }

  /// Why an input cannot be thought about; nil if it can.
  private func failure(_ request: NetworkRequest) -> String? {
    let input = request.input
    guard input.bars.allSatisfy(\.isFinite), input.context.allSatisfy(\.isFinite) else {
      return NetworkAnswer.nonFinite
    }
    do { try input.validate(for: inference.network.architecture) } catch { return "\(error)" }
    return nil
  }
}
