import Glibc
import Kernels

extension TrainingNetwork {
  /// Numbers that one thread takes at a time.
  private static let blockCount = 1 << 15

  /// Moves all trained tensors by one step of Adam. Sources: `hrm.md` of the design for AdamATan2 (bias correction of
  /// the mean outside of the angle); Loshchilov and Hutter, "Decoupled weight decay regularization" (2019) for AdamW.
  ///
  /// - Parameters:
  ///   - step: counts from 1.
  ///   - gradientNorm: the global norm, if it is known already; needed for clipping.
  public func optimise(_ settings: OptimiserSettings, step: Int, gradientNorm norm: Double? = nil) {
    precondition(step >= 1, "steps count from 1")
    var scale = 1.0
    if let largest = settings.largestNorm {
      let norm = norm ?? gradientNorm()
      if norm > largest { scale = largest / norm }
    }
    let template = settings.adam(step: step, gradientScale: scale)
    let entries = parameters.layout.entries.filter { $0.spec.role == .parameter }
    var blocks: [(offset: Int, count: Int, keep: Float)] = []
    for entry in entries {
      let isMatrix = !entry.spec.name.hasPrefix("b_") && !entry.spec.name.hasSuffix("_emb")
      let keep = settings.decay == .everything || isMatrix ? template.keep : 1
      for first in stride(from: 0, to: entry.spec.count, by: Self.blockCount) {
        blocks.append((entry.offset + first, min(Self.blockCount, entry.spec.count - first), keep))
      }
    }
    let work = SharedCounter()
    let (weights, gradients) = (parameters.weights.floats, parameters.gradients.floats)
    let (means, squares) = (parameters.means.floats, parameters.squares.floats)
    let apply = settings.rule.kernel
    team.run { _ in
      var adam = template
      while let index = work.next(below: blocks.count) {
        let block = blocks[index]
        adam.keep = block.keep
        apply(
          &adam, weights + block.offset, gradients + block.offset, means + block.offset, squares + block.offset,
          block.count)
      }
    }
    weightsChanged()
  }

  /// The norm of all gradients together. Not a number, or infinite, if any gradient is.
  public func gradientNorm() -> Double {
    let total = parameters.layout.trainedCount
    let count = (total + Self.blockCount - 1) / Self.blockCount
    let gradients = parameters.gradients.floats
    let work = SharedCounter()
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { sums in
      let target = sums.baseAddress!
      team.run { _ in
        while let index = work.next(below: count) {
          let first = index * Self.blockCount
          target[index] = kernels_train_sum_squares(gradients + first, min(Self.blockCount, total - first))
        }
      }
      // In the order of the blocks, whoever summed them.
      return sums.reduce(0, +).squareRoot()
    }
  }

  /// Moves the puzzle rows that lanes used by SignSGD: row ← (1 - lr · decay) · row - lr · sign(Σ gradients of the row).
  public func optimisePuzzleRows(_ settings: OptimiserSettings) {
    let width = architecture.puzzleDim
    guard width > 0 else { return }
    let uses = (0..<lanes).map { lane in
      RowSums.Use(
        row: lanesMemory.puzzles[lane], lane: lane, source: backwardMemory.puzzles.floats + lane * width)
    }
    let table = parameters.weight("puzzle_emb")
    SignSGD.apply(
      RowSums(width: width, uses), to: table, learningRate: settings.rowLearningRate,
      weightDecay: settings.weightDecay)
  }
}

/// SignSGD on rows of a table: only rows that were used change.
enum SignSGD {
  static func apply(
    _ sums: RowSums, to table: UnsafeMutablePointer<Float>, learningRate: Double, weightDecay: Double
  ) {
    let keep = Float(1 - learningRate * weightDecay)
    let rate = Float(learningRate)
    sums.forEach { number, sum in
      let row = table + number * sums.width
      for index in sum.indices {
        let sign: Float = sum[index] > 0 ? 1 : sum[index] < 0 ? -1 : 0
        row[index] = row[index] * keep - rate * sign
      }
    }
  }
}

extension OptimiserSettings.Rule {
  /// The function that moves a range of weights.
  var kernel:
    (
      UnsafePointer<KernelsAdam>?, UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?,
      UnsafeMutablePointer<Float>?, Int
    ) -> Void
  {
    switch self {
    case .adamATan2: kernels_train_adam_atan2
    case .adamW: kernels_train_adam_w
    }
  }
}

extension OptimiserSettings {
  /// The numbers of one step, which counts from 1, for tensors that decay.
  func adam(step: Int, gradientScale: Double = 1) -> KernelsAdam {
    let meanRoom = 1 - pow(meanDecay, Double(step))
    let squareRoom = 1 - pow(squareDecay, Double(step))
    return KernelsAdam(
      keep: Float(1 - learningRate * weightDecay), mean_rate: Float(1 - meanDecay),
      square_rate: Float(1 - squareDecay), step: Float(learningRate / meanRoom),
      square_factor: Float(1 / squareRoom.squareRoot()), epsilon: Float(epsilon), gradient_scale: Float(gradientScale))
  }
}

/// Moments of one array of weights by themselves.
package struct AdamMoments {
  private var means: [Float]
  private var squares: [Float]
  private var step = 0

  /// Zeros.
  package init(count: Int) {
    means = [Float](repeating: 0, count: count)
    squares = means
  }

  /// Moves weights by the next step.
  package mutating func apply(_ settings: OptimiserSettings, to weights: inout [Float], gradient: [Float]) {
    precondition(weights.count == means.count && gradient.count == means.count, "arrays of other lengths")
    step += 1
    var adam = settings.adam(step: step)
    settings.rule.kernel(&adam, &weights, gradient, &means, &squares, weights.count)
  }
}
