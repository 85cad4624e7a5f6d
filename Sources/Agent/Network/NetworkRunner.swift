import HRM

/// Runs the network's forward passes. Confined to one thread at a time: give it one of its own.
public final class NetworkRunner {
  private let inference: HRMInference

  /// A runner over a network. `cycles`, `timesteps`: high cycles and low steps, 1 to 16; nil for the model's own.
  /// `threads`: 1 to 16, the caller's included; nil for two where the network is large. Throws `PolicyError.parameters`.
  public init(
    network: HRMNetwork, cycles: Int? = nil, timesteps: Int? = nil, threads: Int? = nil,
    mode: HRMInference.Mode = .fixed
  ) throws {
    let allowed = 1...HRMArchitecture.largestRecurrence
    for (name, value) in [("cycles", cycles), ("timesteps", timesteps), ("threads", threads)] {
      guard let value, !allowed.contains(value) else { continue }
      throw PolicyError.parameters("hrm: \(name) is \(value), allowed are \(allowed)")
    }
    if case .converge(let tolerance, let maxSteps) = mode {
      guard tolerance >= 0, (1...1000).contains(maxSteps) else {
        throw PolicyError.parameters("hrm: convergence_threshold \(tolerance) or max_convergence_steps \(maxSteps)")
      }
    }
    inference = HRMInference(network: network, cycles: cycles, timesteps: timesteps, threads: threads, mode: mode)
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
    let start = clock()
    let input = request.input
    func failed(_ reason: String) -> NetworkAnswer {
      NetworkAnswer(ticket: request.sequence, reading: nil, quantity: 0, failure: reason, latencyMicros: 0)
    }
    guard input.bars.allSatisfy(\.isFinite), input.context.allSatisfy(\.isFinite) else {
      return failed(NetworkAnswer.nonFinite)
    }
    do { try input.validate(for: inference.network.architecture) } catch { return failed("\(error)") }
    var limits = request.limits
    limits.deadlineNanoseconds = limits.deadlineNanoseconds.map { $0 - min($0, waitedNanoseconds) }
    let legal = (0..<inference.network.architecture.nActions).map { request.legalMask.bits >> $0 & 1 == 1 }
    let answer = inference.decide(input, legal: legal, limits: limits, clock: clock)
    let elapsed = clock() &- start
    return NetworkAnswer(answer, to: request, latencyMicros: Int(clamping: elapsed / 1000))
  }
}
