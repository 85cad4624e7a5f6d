/// A network in training: a fixed number of lanes, each with a sample and recurrent states. Advances all lanes by one
/// segment, looks one further segment ahead, and goes back from gradients of the heads to those of all weights.
///
/// Results depend on the instruction set and on nothing else: a lane's numbers not on other lanes, and no number on how
/// many threads there are. Gradients are summed over chunks of 16 lanes, those of chunks in a fixed tree: an even number
/// of chunks is halved, an odd one parted at the largest power of two below it. So networks that each have an equal part
/// of the lanes find the tree's branches, and the sums of their gradients in pairs are those of one network.
///
/// Confined to one thread at a time; owns the threads that help it. Its memory is allocated once. With gradients of one
/// step it does not depend on N or T; through the last cycle, what one call of L keeps and the gradients of L's blocks
/// are there T times.
public final class TrainingNetwork {
  /// Lanes whose gradients are summed before the tree begins.
  public static let chunkLanes = 16
  /// Most lanes of one network.
  public static let maxLanes = 65_536

  /// Weights, gradients and moments.
  public let parameters: HRMParameters
  /// Number of lanes.
  public let lanes: Int
  let architecture: HRMArchitecture
  let team: WorkerTeam
  let slow, fast: ModuleForward
  let packed: PackedWeights
  let lanesMemory: LaneMemory
  let slowTape: ModuleTape
  /// One for each L call that is gone back through, in the order of time.
  let fastTapes: [ModuleTape]
  let firstHeads: FirstPositionHeads
  let headMemory: HeadMemory
  let backwardMemory: BackwardMemory
  private let scratch: [ForwardScratch]
  private let pieces: [Range<Int>]
  private var isPacked = false
  private var isRecorded = false
  /// Of the segment that is recorded.
  private(set) var dropout: DropoutMasks?

  /// - Parameters:
  ///   - lanes: 1...65,536 sequences that are trained together.
  ///   - threads: 1...16, the caller's included.
  ///   - gradient: how far back `backward` goes.
  public init(
    parameters: HRMParameters, lanes: Int, threads: Int = 2, gradient: SegmentGradient = .oneStep
  ) {
    precondition((1...Self.maxLanes).contains(lanes), "lanes lie in 1...\(Self.maxLanes)")
    let architecture = parameters.architecture
    self.parameters = parameters
    self.lanes = lanes
    self.architecture = architecture
    team = WorkerTeam(count: threads)
    packed = PackedWeights(parameters)
    let shapes = [ModuleShape.slow(architecture), ModuleShape.fast(architecture)]
    let forwards = zip(shapes, [packed.slow, packed.fast]).map { shape, blocks in
      ModuleForward(
        shape: shape, blocks: blocks, attention: AttentionHeads(shape, architecture: architecture),
        eps: architecture.rmsEps)
    }
    (slow, fast) = (forwards[0], forwards[1])
    lanesMemory = LaneMemory(architecture, lanes: lanes)
    slowTape = ModuleTape(shapes[0], sequences: lanes)
    let steps = gradient.recordedSteps(architecture)
    fastTapes = (0..<steps).map { _ in ModuleTape(shapes[1], sequences: lanes) }
    firstHeads = FirstPositionHeads(architecture)
    headMemory = HeadMemory(architecture, lanes: lanes, first: firstHeads)
    backwardMemory = BackwardMemory(
      architecture, shapes: shapes, lanes: lanes, heads: firstHeads, threads: team.count,
      later: LaterGradients(parameters.layout, count: steps - 1 + (architecture.sharing == nil ? 0 : 1)))
    let piece = Self.pieceLanes(lanes: lanes, positions: architecture.positions, threads: team.count)
    pieces = stride(from: 0, to: lanes, by: piece).map { $0..<min($0 + piece, lanes) }
    scratch = (0..<team.count).map { _ in ForwardScratch(shapes, sequences: piece) }
    for lane in 0..<lanes { resetState(lane) }
  }

  /// About how much memory a network in training takes, moments included; the caller's own aside.
  public static func requiredBytes(
    _ architecture: HRMArchitecture, lanes: Int, gradient: SegmentGradient = .oneStep
  ) -> Int {
    let layout = ParameterLayout(architecture)
    let steps = gradient.recordedSteps(architecture)
    let shapes = [(ModuleShape.slow(architecture), 1), (ModuleShape.fast(architecture), steps)]
    let tapes = shapes.reduce(0) { sum, entry in
      let (shape, count) = entry
      let row = shape.qkvStride + 4 * shape.stride + 3 * shape.innerStride + shape.heads * shape.scoreStride
      return sum + count * (shape.layers + 1) * row
    }
    let later = (steps - 1) * LaterGradients.range(layout).count
    return 4 * (2 * layout.count + 3 * layout.trainedCount + later + lanes * architecture.positions * tapes)
  }

  /// Sequences that one thread takes through a segment at a time: about 256 rows, which fit the second-level cache.
  private static func pieceLanes(lanes: Int, positions: Int, threads: Int) -> Int {
    max(1, min(256 / positions, (lanes + threads - 1) / threads))
  }

  /// Calls `body` with every piece of the batch, each on the thread that is free for it.
  func forEachPiece(_ work: SharedCounter, thread: Int, _ body: (Range<Int>, ForwardScratch) -> Void) {
    while let index = work.next(below: pieces.count) { body(pieces[index], scratch[thread]) }
  }

  /// Gives a lane the sample of one sequence of a batch. Traps if the batch does not fit the architecture
  /// (`TrainingInputs.validate` says so beforehand).
  public func take(_ inputs: TrainingInputs, sequence: Int, lane: Int) {
    lanesMemory.take(inputs, sequence: sequence, lane: lane)
  }

  /// Sets the recurrent states of a lane to their start.
  public func resetState(_ lane: Int) {
    lanesMemory.reset(lane, slowStart: parameters.weight("z_h0"), fastStart: parameters.weight("z_l0"))
  }

  /// Must be called after weights were set by other means than `optimise`.
  public func weightsChanged() { isPacked = false }

  private func packIfNeeded(_ thread: Int, _ wasPacked: Bool) {
    if wasPacked { return }
    packed.refresh(team: team, thread: thread)
    team.barrier()
  }

  /// Advances every lane by one segment and reads the heads. What `backward` needs is kept.
  ///
  /// - Parameter dropout: what is left out, here and on the way back; nil for nothing.
  public func forward(dropout: Dropout? = nil) -> HeadOutputs {
    let work = SharedCounter()
    let masks = dropout.flatMap { $0.rate > 0 ? DropoutMasks($0, architecture) : nil }
    self.dropout = masks
    let wasPacked = isPacked
    team.run { thread in
      packIfNeeded(thread, wasPacked)
      forEachPiece(work, thread: thread) { sequences, scratch in
        embed(sequences)
        runRecorded(sequences, scratch, masks)
        readHeads(sequences)
      }
    }
    isPacked = true
    isRecorded = true
    return collectOutputs()
  }

  /// What the halting heads would say after one further segment, nothing left out; changes no lane. `forward` must have
  /// come before.
  public func lookAhead() -> (qHalt: [Float], qContinue: [Float]) {
    precondition(isPacked, "weights have changed since the segment that this continues")
    let work = SharedCounter()
    let rows = backwardMemory.aheadOutputs.floats
    team.run { thread in
      forEachPiece(work, thread: thread) { sequences, scratch in
        let states = runAhead(sequences, scratch)
        for (index, sequence) in sequences.enumerated() {
          readFirstPosition(states + index * slow.shape.stride, into: rows + sequence * firstHeads.stride)
        }
      }
    }
    func column(_ index: Int) -> [Float] { (0..<lanes).map { rows[$0 * firstHeads.stride + index] } }
    return (column(firstHeads.count - 2), column(firstHeads.count - 1))
  }

  /// From the gradient of a loss in the heads' outputs of the last `forward` computes that of every trained tensor, in
  /// `parameters`, and of the lanes' puzzle rows. Traps if the segment was gone back through already.
  ///
  /// - Parameter share: adds the gradients of other networks, which have other lanes of the same batch.
  public func backward(
    _ gradients: HeadGradients, share: (UnsafeMutableBufferPointer<Float>) -> Void = { _ in }
  ) {
    precondition(isRecorded && isPacked, "backward comes once after each forward, before weights change")
    isRecorded = false
    runBackward(gradients, share: share)
  }

  /// The gradient of each lane's puzzle row, [lanes, puzzleDim], before rows of equal number are summed.
  public var puzzleGradients: [Float] {
    Array(UnsafeBufferPointer(start: backwardMemory.puzzles.floats, count: lanes * architecture.puzzleDim))
  }

  /// The slow states of all lanes, [lanes, positions, dH]: with `fastStates` and samples, what a checkpoint holds.
  public var slowStates: [Float] {
    get { lanesMemory.values(lanesMemory.slow, width: architecture.dH) }
    set { lanesMemory.set(lanesMemory.slow, width: architecture.dH, newValue) }
  }

  /// The fast states of all lanes, [lanes, positions, dL].
  public var fastStates: [Float] {
    get { lanesMemory.values(lanesMemory.fast, width: architecture.dL) }
    set { lanesMemory.set(lanesMemory.fast, width: architecture.dL, newValue) }
  }

  /// The embedding of all lanes in the last segment, [lanes, positions, dL].
  package var embeddings: [Float] { lanesMemory.values(lanesMemory.embedding, width: architecture.dL) }
}
