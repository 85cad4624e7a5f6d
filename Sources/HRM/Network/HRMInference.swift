/// One train of thought: the recurrent states of one input, advanced segment by segment. Confined to one thread at a
/// time; owns the threads that help it. Its memory is allocated once.
///
/// One segment is: for N cycles { for T steps { z_L ← L(z_L, z_H + e) }; z_H ← H(z_H, z_L) }.
public final class HRMInference {
  /// How often the fast module runs in a cycle.
  public enum Mode: Sendable, Equatable {
    /// T times.
    case fixed
    /// Until its relative change falls below the tolerance, at most `maxSteps` times (1...1000).
    case converge(tolerance: Float, maxSteps: Int)
  }

  /// The weights in use.
  public let network: HRMNetwork
  /// Cycles N per segment.
  public let cycles: Int
  /// Steps T per cycle in mode `fixed`.
  public let timesteps: Int
  /// The mode.
  public let mode: Mode
  let team: WorkerTeam
  let positions: Int
  let zH, zL, embedding, injection: UnsafeMutablePointer<Float>
  let contextInput: UnsafeMutablePointer<Float>
  private let scratch: Scratch
  private let slowPass, fastPass: ModulePass
  /// Relative changes of the last segment's updates, in the order L…L H L…L H.
  public private(set) var residuals: [Float] = []
  /// Typical duration of a segment over past decisions, for the deadline; nil until one was measured.
  var typicalSegmentNanoseconds: Double?

  /// - Parameters:
  ///   - cycles: N, 1...16; nil takes the architecture's.
  ///   - timesteps: T, 1...16; nil takes the architecture's.
  ///   - threads: 1...16, the caller's included; nil takes 2 for networks over a million parameters. The numbers do
  ///     not depend on it.
  public init(
    network: HRMNetwork, cycles: Int? = nil, timesteps: Int? = nil, threads: Int? = nil, mode: Mode = .fixed
  ) {
    let architecture = network.architecture
    self.network = network
    self.cycles = cycles ?? architecture.nCycles
    self.timesteps = timesteps ?? architecture.tSteps
    self.mode = mode
    let allowed = 1...HRMArchitecture.largestRecurrence
    precondition(allowed.contains(self.cycles) && allowed.contains(self.timesteps), "N and T lie in \(allowed)")
    if case .converge(let tolerance, let maxSteps) = mode {
      precondition(tolerance >= 0 && (1...1000).contains(maxSteps), "tolerance is not negative, steps lie in 1...1000")
    }
    team = WorkerTeam(count: threads ?? (architecture.parameterCount > 1_000_000 ? 2 : 1))
    positions = architecture.positions
    scratch = Scratch(architecture: architecture)
    zH = Scratch.zeros(positions * architecture.dH)
    zL = Scratch.zeros(positions * architecture.dL)
    embedding = Scratch.zeros(positions * architecture.dL)
    injection = Scratch.zeros(positions * max(architecture.dH, architecture.dL))
    contextInput = Scratch.zeros(architecture.contextWidth)
    slowPass = ModulePass(
      module: network.slow, positions: positions, eps: architecture.rmsEps, scratch: scratch, team: team)
    fastPass = ModulePass(
      module: network.fast, positions: positions, eps: architecture.rmsEps, scratch: scratch, team: team)
    residuals.reserveCapacity(self.cycles * (stepLimit + 1))
  }

  deinit { for pointer in [zH, zL, embedding, injection, contextInput] { pointer.deallocate() } }

  private var stepLimit: Int { if case .converge(_, let maxSteps) = mode { maxSteps } else { timesteps } }
  private var stepTolerance: Float { if case .converge(let tolerance, _) = mode { tolerance } else { -1 } }

  /// Sets the states to their start at every position.
  func resetStates() {
    fill(zH, network.values("z_h0"))
    fill(zL, network.values("z_l0"))
    residuals.removeAll(keepingCapacity: true)
  }

  private func fill(_ state: UnsafeMutablePointer<Float>, _ row: [Float], positions mine: Range<Int>? = nil) {
    for position in mine ?? 0..<positions {
      row.withUnsafeBufferPointer { (state + position * row.count).update(from: $0.baseAddress!, count: row.count) }
    }
  }

  /// Runs one segment on the states and reads the heads. `begin` must have been called.
  public func runSegment() -> HRMHeads {
    residuals.removeAll(keepingCapacity: true)
    let fastStart = network.architecture.lReset ? network.values("z_l0") : []
    var last = (slow: Float(0), fast: Float(0))
    team.run { thread in
      for cycle in 0..<cycles {
        let mine = team.share(of: positions, thread: thread)
        if cycle > 0 && !fastStart.isEmpty { fill(zL, fastStart, positions: mine) }
        inject(network.bridgeHL, zH, plus: embedding, width: fastPass.module.width, thread)
        for _ in 0..<stepLimit {
          let residual = fastPass.update(zL, injection: injection, thread: thread)
          if thread == 0 {
            residuals.append(residual)
            last.fast = residual
          }
          if residual < stepTolerance { break }
        }
        inject(network.bridgeLH, zL, plus: nil, width: slowPass.module.width, thread)
        let residual = slowPass.update(zH, injection: injection, thread: thread)
        if thread == 0 {
          residuals.append(residual)
          last.slow = residual
        }
      }
    }
    return readHeads(residualH: last.slow, residualL: last.fast)
  }

  /// injection ← bridge(state) + addend.
  private func inject(
    _ bridge: PackedMatrix?, _ state: UnsafeMutablePointer<Float>, plus addend: UnsafeMutablePointer<Float>?,
    width: Int, _ thread: Int
  ) {
    let mine = team.share(of: positions, thread: thread)
    let start = mine.lowerBound * width
    let count = mine.count * width
    if let bridge {
      if let addend { (injection + start).update(from: addend + start, count: count) }
      team.barrier()
      bridge.multiply(
        state, rows: positions, into: injection, beta: addend == nil ? 0 : 1, team: team, thread: thread)
    } else if let addend {
      VectorMath.add(state + start, addend + start, into: injection + start, count: count)
    } else {
      (injection + start).update(from: state + start, count: count)
    }
    team.barrier()
  }

  /// The slow state [positions, dH], the fast state and the embedding [positions, dL].
  package var slowState: [Float] { copy(zH, network.architecture.dH) }
  /// See `slowState`.
  package var fastState: [Float] { copy(zL, network.architecture.dL) }
  /// See `slowState`.
  package var embeddedInput: [Float] { copy(embedding, network.architecture.dL) }

  private func copy(_ pointer: UnsafeMutablePointer<Float>, _ width: Int) -> [Float] {
    [Float](UnsafeBufferPointer(start: pointer, count: positions * width))
  }
}
