import Core
import HRM

/// Trading as a thing to be learnt: a lane holds a window of bars, three rows for each, one a position, and what is
/// maximised is the exact payoff of the policy over the window. Source: `training.md` §§ 2.3 and 3 of the design.
package struct TradingTask: TrainingTask, Sendable {
  package let architecture: HRMArchitecture
  /// What is trained on, and what is validated on with the bars that count.
  package let train: [TradingSeries], validation: [TradingSeries]
  /// Bars of the validation series that count.
  package let validationBars: [Range<Int>]
  /// How.
  package let settings: TradingSettings
  /// Median over the training span of each series of σ · √24: what its rewards are measured in.
  let units: [Double]
  /// Regret that counts as a wholly wrong action, by series.
  let regretCaps: [Double]
  let sampler: any WindowSampler

  package var rowsPerLane: Int { settings.windowBars * TradingStep.positions }
  package var learnsStability: Bool { true }

  /// A task on given series. Throws a `TrainingError` if there is nothing to learn from.
  ///
  /// - Parameters:
  ///   - trainBars: bars of each series that may be learnt from; nil for all.
  ///   - validationBars: bars of each series that count; nil for all.
  ///   - sampler: nil draws windows evenly from all bars.
  package init(
    architecture: HRMArchitecture, train: [TradingSeries], trainBars: [Range<Int>]? = nil,
    validation: [TradingSeries], validationBars: [Range<Int>]? = nil, settings: TradingSettings,
    sampler: (any WindowSampler)? = nil
  ) throws {
    self.architecture = architecture
    self.train = train
    self.validation = validation
    self.settings = settings
    self.validationBars = validationBars ?? validation.map { 0..<$0.count }
    self.sampler = try sampler ?? EvenSampler(train, bars: settings.windowBars)
    units = train.indices.map { Self.unit(of: train[$0], trainBars?[$0] ?? 0..<train[$0].count) }
    // A day's move and a round trip: about what a wrong action can be worth at most.
    regretCaps = units.map { [settings] in 2 * ($0 + 2 * settings.turnoverCost) }
  }

  /// The median of σ · √24; 1 for a series that is not trained on.
  private static func unit(of series: TradingSeries, _ bars: Range<Int>) -> Double {
    let deviations = bars.filter { series.isDecidable[$0] && series.deviations[$0] > 0 }
      .map { series.deviations[$0] }.sorted()
    return deviations.isEmpty ? 1 : deviations[deviations.count / 2] * Double(24).squareRoot()
  }

  /// The first weights of a seed, with the HOLD bias.
  package func firstWeights(seed: UInt64) throws -> HRMParameters {
    let parameters = try HRMParameters(architecture: architecture, seed: seed)
    parameters.add(Float(settings.holdBias), to: "b_policy", at: Int(Action.hold.rawValue))
    return parameters
  }

  package func draw(seed: UInt64, step: Int, lane: Int) -> LaneSample {
    sampler.draw(seed: seed, step: step, lane: lane)
  }

  /// Bars of a sample.
  func bars(of sample: LaneSample) -> Range<Int> { sample.start..<(sample.start + settings.windowBars) }

  package func inputs(of sample: LaneSample) -> TrainingInputs {
    train[sample.source].inputs(
      bars(of: sample), windowBars: architecture.windowBars, isUnknown: WindowOptions(sample).isUnknown)
  }

  package func minimumSegments(of sample: LaneSample) -> Int {
    guard let floor = settings.complexityFloor else { return 0 }
    let complexity = train[sample.source].complexity[bars(of: sample)]
    return MinimumDepth.segments(
      complexity: complexity.reduce(0, +) / Double(complexity.count), floor: floor,
      maximum: architecture.maxSegments)
  }

  package func actions(_ outputs: HeadOutputs, rows: Range<Int>, of sample: LaneSample) -> [Int8] {
    let isShortable = train[sample.source].isShortable
    return rows.map { row in
      let position = PositionSide.inOrder[(row - rows.lowerBound) % TradingStep.positions]
      return Int8(
        Self.best(outputs.policy, row: row, LegalMask(position: position, isShortable: isShortable)).rawValue)
    }
  }

  /// The legal action of the largest logit; HOLD before closing before opening where they are equal.
  static func best(_ policy: [Float], row: Int, _ mask: LegalMask) -> Action {
    var best = Action.hold
    for action in Action.allCases.reversed() where mask.contains(action) {
      if policy[row * Action.count + Int(action.rawValue)] > policy[row * Action.count + Int(best.rawValue)] {
        best = action
      }
    }
    return best
  }

  package func judge(
    _ outputs: HeadOutputs, ahead: (qHalt: [Float], qContinue: [Float])?, lanes: [LaneView], laneCount: Int,
    progress: Double
  ) -> Judgement {
    var judge = TradingJudge(self, outputs: outputs, ahead: ahead, laneCount: laneCount, progress: progress)
    for lane in lanes.indices { judge.add(lanes[lane], number: lane) }
    return judge.judgement
  }

  package func validate(_ parameters: HRMParameters, threads: Int) throws -> Validation {
    let runner = GreedyRunner(parameters: parameters, maxSegments: architecture.maxSegments, threads: threads)
    let costs = TradingCosts(turnover: settings.turnoverCost)
    return GreedyRun.validation(
      zip(validation, validationBars).map { runner.run($0, bars: $1, costs: costs) })
  }
}
