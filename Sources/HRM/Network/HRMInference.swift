/// Trains of thought: the recurrent states of some inputs, advanced segment by segment. Confined to one thread at a
/// time; owns the threads that help it. Its memory is allocated once.
///
/// Several sequences can be advanced together, which reads the weights once for all of them; each gets bit by bit what
/// it would get alone.
public final class HRMInference {
  /// How often the fast module runs in a cycle.
  public enum Mode: Sendable, Equatable {
    /// T times.
    case fixed
    /// Until its relative change falls below the tolerance, at most `maxSteps` times (1...1000).
    case converge(tolerance: Float, maxSteps: Int)
  }

  /// Most sequences that can be advanced together.
  public static let largestCapacity = 64

  /// The weights in use.
  public let network: HRMNetwork
  /// Cycles N per segment.
  public let cycles: Int
  /// Steps T per cycle in mode `fixed`.
  public let timesteps: Int
  /// The mode.
  public let mode: Mode
  /// Sequences that can be advanced together: slots 0..<capacity.
  public let capacity: Int
  let team: WorkerTeam
  /// Threads that share the work, the caller's included.
  package var threads: Int { team.count }
  let states: SequenceStates
  let frontRows: FrontRows
  private let workspace: Workspace
  private let slowPass, fastPass: ModulePass
  /// Lists of a call: places 0..<capacity, slots, per thread the unfinished places; and flags of the last segments.
  private let places, slots, unfinished: UnsafeMutablePointer<Int>
  private let isLast: UnsafeMutablePointer<Bool>
  /// How long segments took, for the deadline.
  var estimate: SegmentEstimate
  /// Segments of the last `decide` that had a deadline: what was expected of each and what it took.
  public internal(set) var segmentTimes: [SegmentTime] = []

  /// - Parameters:
  ///   - cycles: N, 1...16; nil takes the architecture's.
  ///   - timesteps: T, 1...16; nil takes the architecture's.
  ///   - threads: 1...16, the caller's included; nil takes 2 for networks over a million parameters. The numbers do
  ///     not depend on it.
  ///   - capacity: sequences that can be advanced together, 1...64.
  public init(
    network: HRMNetwork, cycles: Int? = nil, timesteps: Int? = nil, threads: Int? = nil, mode: Mode = .fixed,
    capacity: Int = 1
  ) {
    let architecture = network.architecture
    self.network = network
    self.cycles = cycles ?? architecture.nCycles
    self.timesteps = timesteps ?? architecture.tSteps
    self.mode = mode
    self.capacity = capacity
    let allowed = 1...HRMArchitecture.largestRecurrence
    precondition(allowed.contains(self.cycles) && allowed.contains(self.timesteps), "N and T lie in \(allowed)")
    precondition((1...Self.largestCapacity).contains(capacity), "capacity lies in 1...\(Self.largestCapacity)")
    var steps = self.timesteps
    if case .converge(let tolerance, let maxSteps) = mode {
      precondition(tolerance >= 0 && (1...1000).contains(maxSteps), "tolerance is not negative, steps lie in 1...1000")
      steps = maxSteps
    }
    team = WorkerTeam(count: threads ?? (architecture.parameterCount > 1_000_000 ? 2 : 1))
    states = SequenceStates(network: network, capacity: capacity, updates: self.cycles * (steps + 1))
    workspace = Workspace(network: network, capacity: capacity, threads: team.count)
    frontRows = FrontRows(architecture: architecture)
    slowPass = ModulePass(
      module: network.slow, architecture: architecture, workspace: workspace, isSlow: true)
    fastPass = ModulePass(
      module: network.fast, architecture: architecture, workspace: workspace, isSlow: false)
    places = .allocate(capacity: capacity)
    slots = .allocate(capacity: capacity)
    unfinished = .allocate(capacity: capacity * team.count)
    isLast = .allocate(capacity: capacity)
    for place in 0..<capacity { places[place] = place }
    estimate = SegmentEstimate(capacity: capacity)
  }

  deinit {
    for pointer in [places, slots, unfinished] { pointer.deallocate() }
    isLast.deallocate()
  }

  /// Runs one segment on the sequence in slot 0 and reads the heads. `begin` must have been called.
  public func runSegment() -> HRMHeads { runSegment(slots: [0], isLast: [false])[0] }

  /// Runs one segment on the sequences in some slots, none of them twice, and reads their heads.
  ///
  /// - Parameter isLast: per sequence, whether this is its last segment: with a trade head, only what position 0 needs
  ///   is kept of the last update of its slow state then (and only that is computed if it is so of all), and the
  ///   residual of that update is the one at position 0. The sequence cannot go on afterwards.
  package func runSegment(slots wanted: [Int], isLast last: [Bool]) -> [HRMHeads] {
    precondition(wanted.count == last.count && wanted.count <= capacity, "\(wanted.count) slots, \(last.count) flags")
    precondition(Set(wanted).count == wanted.count && wanted.allSatisfy { (0..<capacity).contains($0) })
    if wanted.isEmpty { return [] }
    for place in wanted.indices {
      slots[place] = wanted[place]
      isLast[place] = last[place]
      states.clearNotes(wanted[place])
    }
    workspace.clean()
    let tolerance: Float? = if case .converge(let tolerance, _) = mode { tolerance } else { nil }
    let steps = if case .converge(_, let maxSteps) = mode { maxSteps } else { timesteps }
    let run = SegmentRun(
      network: network, states: states, slow: slowPass, fast: fastPass, workspace: workspace,
      cycles: cycles, steps: steps, tolerance: tolerance,
      list: SequenceList(places: places, count: wanted.count, slots: slots, positions: states.positions),
      isLast: isLast, firstOnly: network.architecture.head == .trade && last.allSatisfy { $0 }, unfinished: unfinished)
    team.run { thread in run.run(team.member(thread)) }
    return wanted.map(readHeads)
  }

  /// Relative changes of the last segment's updates in slot 0, in the order L…L H L…L H.
  public var residuals: [Float] { residuals(slot: 0) }
  /// The same of any slot.
  package func residuals(slot: Int) -> [Float] { states.residuals(of: slot).all }

  /// The slow state [positions, dH], the fast state and the embedding [positions, dL] in slot 0.
  package var slowState: [Float] { slowState(slot: 0) }
  /// See `slowState`.
  package var fastState: [Float] { fastState(slot: 0) }
  /// See `slowState`.
  package var embeddedInput: [Float] {
    states.rows(states.embedding, slot: 0, stride: states.fastStride, width: network.architecture.dL)
  }
  /// The slow state in any slot.
  package func slowState(slot: Int) -> [Float] {
    states.rows(states.slow, slot: slot, stride: states.slowStride, width: network.architecture.dH)
  }
  /// The fast state in any slot.
  package func fastState(slot: Int) -> [Float] {
    states.rows(states.fast, slot: slot, stride: states.fastStride, width: network.architecture.dL)
  }
}
