import HRM

/// Which sample a lane holds. What the numbers mean is the task's affair; a checkpoint keeps nothing else of it.
package struct LaneSample: Codable, Hashable, Sendable {
  /// A series, for example.
  package var source: Int
  /// Where in it the sample starts.
  package var start: Int
  /// Further choices, as bits.
  package var options: Int

  /// A sample as given.
  package init(source: Int = 0, start: Int, options: Int = 0) {
    self.source = source
    self.start = start
    self.options = options
  }
}

/// What a lane is at when its answer is judged.
package struct LaneView: Sendable {
  /// What it holds.
  package var sample: LaneSample
  /// Segments so far, this one included.
  package var segments: Int
  /// Actions of the last segment, per row, if the sample was thought through to its end before; empty otherwise.
  package var finalActions: [Int8]
}

/// One part of a loss, for logs.
package struct LossPart: Codable, Equatable, Sendable {
  /// What it is of.
  package var name: String
  /// Mean over lanes, unweighted.
  package var value: Double

  /// A part as given.
  package init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

/// What the answers of this process's lanes cost.
package struct Judgement: Sendable {
  /// This process's share of the loss: summed over its lanes, divided by the number of all lanes.
  package var loss: Double
  /// The same of its parts, always in the same order.
  package var parts: [LossPart]
  /// The gradient of `loss` in the heads' outputs.
  package var gradients: HeadGradients

  /// A judgement as given.
  package init(loss: Double, parts: [LossPart], gradients: HeadGradients) {
    self.loss = loss
    self.parts = parts
    self.gradients = gradients
  }
}

/// How well a network does what it is trained for.
package struct Validation: Codable, Equatable, Sendable {
  /// What is maximised.
  package var score: Double
  /// Its standard error; 0 where it is not a sample.
  package var standardError: Double
  /// Further figures, in a fixed order.
  package var figures: [LossPart]

  /// A validation as given.
  package init(score: Double, standardError: Double, figures: [LossPart] = []) {
    self.score = score
    self.standardError = standardError
    self.figures = figures
  }

  /// A further figure by its name; nil where there is none.
  package func figure(_ name: String) -> Double? { figures.first { $0.name == name }?.value }
}

/// Something to be learnt: where samples come from, what an answer costs, how good a network is. The same loop trains
/// on puzzles, on a market made up for the purpose and on real ones.
package protocol TrainingTask {
  /// The network that is trained for it.
  var architecture: HRMArchitecture { get }
  /// Rows of the network that one lane takes; they halt together.
  var rowsPerLane: Int { get }
  /// The sample that a lane takes in a step: a function of the arguments alone.
  func draw(seed: UInt64, step: Int, lane: Int) -> LaneSample
  /// What the network reads of a sample, `rowsPerLane` sequences.
  func inputs(of sample: LaneSample) -> TrainingInputs
  /// Fewest segments that a sample should get, 0 for no matter.
  func minimumSegments(of sample: LaneSample) -> Int
  /// What the answers cost.
  ///
  /// - Parameters:
  ///   - outputs: of the lanes' rows, in the order of the lanes.
  ///   - ahead: what the halting heads would say one segment later; nil where a sample has one segment.
  ///   - laneCount: of all processes together.
  ///   - progress: share of the run that is done, 0...1.
  func judge(
    _ outputs: HeadOutputs, ahead: (qHalt: [Float], qContinue: [Float])?, lanes: [LaneView], laneCount: Int,
    progress: Double
  ) -> Judgement
  /// Whether a share of the samples is to be thought through to the end before it is trained.
  var learnsStability: Bool { get }
  /// What the network would do, per row of a lane.
  func actions(_ outputs: HeadOutputs, rows: Range<Int>, of sample: LaneSample) -> [Int8]
  /// How good these weights are.
  func validate(_ parameters: HRMParameters, threads: Int) throws -> Validation
}

extension TrainingTask {
  /// It is not.
  package var learnsStability: Bool { false }
  /// Nothing that could be compared.
  package func actions(_ outputs: HeadOutputs, rows: Range<Int>, of sample: LaneSample) -> [Int8] { [] }
  /// No matter.
  package func minimumSegments(of sample: LaneSample) -> Int { 0 }
}
