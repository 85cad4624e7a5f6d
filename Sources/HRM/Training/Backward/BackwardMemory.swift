import Kernels

/// Memory of the backward pass, for all rows of the batch unless said otherwise.
final class BackwardMemory {
  /// Gradient of a module's state on its way down: [rows, stride].
  let slowGradient, fastGradient: AlignedBlock
  /// Sum of the gradients of L's injection over the calls that are gone back through; of no size with one: [rows, stride].
  let injection: AlignedBlock
  /// Gradients of L's blocks from all but the first call on the way back that they have a part in.
  let later: LaterGradients
  /// Rows of position 0 in the slow module's last layer; of no size where heads read more.
  let first: FirstPositionBackward.Memory
  /// Gradient in front of the norm after attention: [rows, largest stride].
  let middleGradient: AlignedBlock
  /// Gradient of the gated values, then those values: [rows, largest innerStride].
  let gated: AlignedBlock
  /// Panels of one block's matrices, for products with dy.
  let panels: AlignedBlock
  /// Gradients of the heads' outputs, in the layout of `HeadMemory`.
  let firstGradients, tokenGradients: AlignedBlock
  /// Halting heads of a look ahead.
  let aheadOutputs: AlignedBlock
  /// Gradients of the embedding's parts: patches and context tokens, then inputs of the context; puzzle rows.
  let patches, context, contextInputs, puzzles: AlignedBlock
  /// A column of ones per lane: a sum over lanes is a product with it.
  let ones: AlignedBlock
  /// Sums of the position table's gradient, with padding.
  let positionSums: AlignedBlock
  /// Per thread: room for attention, and for a tile of a weight gradient.
  let attention, tiles: [AlignedBlock]

  /// Gradients of what attention and MLP add to the residual stream, where dropout makes them differ from that of the
  /// stream; a step with dropout asks for them: [rows, largest stride].
  private(set) lazy var attentionBranch = AlignedBlock(count: middleGradient.count)
  private(set) lazy var mlpBranch = AlignedBlock(count: middleGradient.count)

  init(
    _ a: HRMArchitecture, shapes: [ModuleShape], lanes: Int, heads: FirstPositionHeads, threads: Int,
    later: LaterGradients
  ) {
    let rows = lanes * a.positions
    func most(_ size: (ModuleShape) -> Int) -> Int { shapes.map(size).max()! }
    self.later = later
    injection = AlignedBlock(count: later.count > 0 ? rows * shapes[1].stride : 0)
    slowGradient = AlignedBlock(count: rows * shapes[0].stride)
    fastGradient = a.hasBridges ? AlignedBlock(count: rows * shapes[1].stride) : slowGradient
    first = FirstPositionBackward.Memory(shapes[0], lanes: a.head == .trade ? lanes : 0)
    middleGradient = AlignedBlock(count: rows * most(\.stride))
    gated = AlignedBlock(count: rows * most(\.innerStride))
    panels = AlignedBlock(count: max(most(BackwardPanels.count), BackwardPanels.count(rows: a.vocab, columns: a.dH)))
    firstGradients = AlignedBlock(count: lanes * heads.stride)
    tokenGradients = AlignedBlock(count: a.head == .lm ? lanes * a.seqLen * Panels.padded(a.vocab) : 0)
    aheadOutputs = AlignedBlock(count: lanes * heads.stride)
    let isBars = a.front == .bars
    patches = AlignedBlock(count: isBars ? lanes * a.seqLen * shapes[1].stride : 0)
    context = AlignedBlock(count: isBars ? lanes * shapes[1].stride : 0)
    contextInputs = AlignedBlock(count: isBars ? lanes * Panels.padded(a.contextWidth) : 0)
    puzzles = AlignedBlock(count: lanes * a.puzzleDim)
    ones = AlignedBlock(count: lanes * Panels.width)
    for lane in 0..<lanes { ones.floats[lane * Panels.width] = 1 }
    positionSums = AlignedBlock(count: a.pos == .learned ? a.positions * shapes[1].stride : 0)
    let attentionCount = most {
      AttentionHeads.scratchCount(positions: $0.positions, headWidth: $0.headWidth)
    }
    let chunk = TrainingNetwork.chunkLanes
    let tileCount = kernels_train_gradient_scratch(
      Int32(rows), Int32(chunk * a.positions), Int32(GradientJob.tileOutputs))
    attention = (0..<threads).map { _ in AlignedBlock(count: attentionCount) }
    tiles = (0..<threads).map { _ in AlignedBlock(count: tileCount) }
  }
}

/// Panels of the four matrices of one block, for products with the gradient of their outputs.
struct BackwardPanels {
  let qkv, output, gate, up, down: Panels
  private let sources: [(weights: UnsafePointer<Float>, columns: Int, panels: Panels)]

  static func count(rows: Int, columns: Int) -> Int { rows * Panels.padded(columns) }

  static func count(_ shape: ModuleShape) -> Int {
    count(rows: 4 * shape.width + 2 * shape.inner, columns: shape.width)
      + count(rows: shape.width, columns: shape.inner)
  }

  init(_ shape: ModuleShape, layer: Int, parameters: HRMParameters, storage: UnsafeMutablePointer<Float>) {
    let prefix = "\(shape.name).blocks.\(layer)."
    var next = storage
    var sources: [(weights: UnsafePointer<Float>, columns: Int, panels: Panels)] = []
    func add(_ name: String, firstRow: Int = 0, rows: Int, columns: Int) -> Panels {
      let panels = Panels(terms: rows, panels: Panels.count(columns), base: next)
      next += Self.count(rows: rows, columns: columns)
      sources.append((UnsafePointer(parameters.weight(prefix + name) + firstRow * columns), columns, panels))
      return panels
    }
    let (width, inner) = (shape.width, shape.inner)
    qkv = add("w_qkv", rows: 3 * width, columns: width)
    output = add("w_o", rows: width, columns: width)
    gate = add("w_gu", rows: inner, columns: width)
    up = add("w_gu", firstRow: inner, rows: inner, columns: width)
    down = add("w_down", rows: width, columns: inner)
    self.sources = sources
  }

  /// Packs panels as long as `work` hands out numbers.
  func pack(_ work: SharedCounter) {
    let total = sources.reduce(0) { $0 + $1.panels.panels }
    while var index = work.next(below: total) {
      for source in sources {
        if index < source.panels.panels {
          Self.pack(source.weights, columns: source.columns, source.panels, panel: index)
          break
        }
        index -= source.panels.panels
      }
    }
  }

  /// Packs one panel of a matrix.
  static func pack(_ weights: UnsafePointer<Float>, columns: Int, _ panels: Panels, panel: Int) {
    let first = panel * Panels.width
    kernels_train_pack_columns(
      weights + first, columns, Int32(panels.terms), Int32(min(Panels.width, columns - first)),
      panels.base + panel * panels.stride)
  }
}
