import HRM

/// Runs the network's forward passes. Confined to one thread at a time: give it one of its own.
public final class NetworkRunner {
  private let inference: HRMInference

  /// A runner over a network. `cycles`, `timesteps`: lower than the model's own, or nil for those.
  public init(network: HRMNetwork, cycles: Int? = nil, timesteps: Int? = nil) {
    inference = HRMInference(network: network, cycles: cycles, timesteps: timesteps)
  }

  /// Thinks within the request's limits. `clock`: monotonic nanoseconds. Output that is not finite is a failure.
  public func run(_ request: NetworkRequest, clock: () -> UInt64) -> NetworkAnswer {
    let start = clock()
    let legal = (0..<5).map { request.legalMask.bits & (1 << UInt8($0)) != 0 }
    let answer = inference.decide(request.input, legal: legal, limits: request.limits, clock: clock)
    let nanoseconds = clock() &- start
    return NetworkAnswer(answer, to: request, latencyMicros: Int(clamping: nanoseconds / 1000))
  }
}
