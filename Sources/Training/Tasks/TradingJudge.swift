import Core
import HRM

/// Adds up, lane by lane, what a trading network's answers cost, and the gradient of that.
struct TradingJudge {
  private let task: TradingTask
  private let outputs: HeadOutputs
  private let ahead: (qHalt: [Float], qContinue: [Float])?
  private let share: Double
  private let entropyWeight: Double
  private let oracleWeight: Double
  private var evaluation: PolicyEvaluation
  private var gradients: HeadGradients
  private var payoff = 0.0, entropy = 0.0, exposure = 0.0, turnover = 0.0
  private var value = 0.0, quantity = 0.0, oracle = 0.0, halt = 0.0, goOn = 0.0
  private var loss = 0.0

  init(
    _ task: TradingTask, outputs: HeadOutputs, ahead: (qHalt: [Float], qContinue: [Float])?, laneCount: Int,
    progress: Double
  ) {
    let settings = task.settings
    self.task = task
    self.outputs = outputs
    self.ahead = ahead
    share = 1 / Double(laneCount)
    entropyWeight = settings.entropyWeight * (1 - progress)
    oracleWeight = settings.oracleWeight * max(0, 1 - 2 * progress)
    evaluation = PolicyEvaluation(bars: settings.windowBars)
    gradients = HeadGradients(task.architecture, lanes: outputs.qHalt.count)
  }

  var judgement: Judgement {
    let parts = [
      ("payoff_bp", payoff * 1e4), ("exposure", exposure), ("turnover", turnover), ("entropy", entropy),
      ("value", value), ("quantity", quantity), ("oracle", oracle), ("q_halt", halt), ("q_continue", goOn),
    ]
    return Judgement(loss: loss, parts: parts.map { LossPart($0, share * $1) }, gradients: gradients)
  }

  mutating func add(_ lane: LaneView, number: Int) {
    let rows = (number * task.rowsPerLane)..<((number + 1) * task.rowsPerLane)
    let series = task.train[lane.sample.source]
    let bars = task.bars(of: lane.sample)
    addPayoff(rows, lane.sample, series, bars)
    addOracle(rows, series, bars)
    addValues(rows, series, bars)
    addQuantities(rows, series, bars)
    if task.architecture.maxSegments > 1 { addHalting(rows, lane) }
  }

  private mutating func addPayoff(
    _ rows: Range<Int>, _ sample: LaneSample, _ series: TradingSeries, _ bars: Range<Int>
  ) {
    let objective = PolicyEvaluation.Objective(
      unit: task.units[sample.source], evenShare: task.settings.evenShare, entropyWeight: entropyWeight)
    let numbers = (rows.lowerBound * Action.count)..<(rows.upperBound * Action.count)
    let window = PolicyEvaluation.Window(
      changes: series.returns[bars], deviations: series.deviations[bars], costs: task.settings.costs,
      isShortable: series.isShortable, start: WindowOptions(sample).start)
    let parts = outputs.policy.withUnsafeBufferPointer {
      evaluation.evaluate(logits: UnsafeBufferPointer(rebasing: $0[numbers]), window, objective)
    }
    gradients.policy.withUnsafeMutableBufferPointer { [evaluation, share] in
      evaluation.addGradient(to: UnsafeMutableBufferPointer(rebasing: $0[numbers]), scale: share)
    }
    payoff += parts.payoff / Double(bars.count)
    exposure += parts.exposure
    turnover += parts.turnover
    entropy += parts.entropy
    loss += share * (parts.loss - entropyWeight * parts.entropy)
  }

  /// Cross entropy against what hindsight over a few bars would have done.
  private mutating func addOracle(_ rows: Range<Int>, _ series: TradingSeries, _ bars: Range<Int>) {
    guard oracleWeight > 0 else { return }
    let horizon = task.settings.oracleBars
    let seen = bars.lowerBound..<min(bars.upperBound + horizon, series.count)
    let labels = OracleLabels(
      changes: Array(series.returns[seen]), deviations: Array(series.deviations[seen]), horizon: horizon,
      costs: task.settings.costs, isShortable: series.isShortable)
    for (offset, row) in rows.enumerated() {
      let bar = offset / TradingStep.positions
      guard labels.isKnown[bar] else { continue }
      let position = PositionSide.inOrder[offset % TradingStep.positions]
      let target = ActionTarget(
        labels.row(bar, position),
        temperature: ActionTarget.temperature(deviation: series.deviations[bars.lowerBound + bar], horizon: horizon),
        turnoverCost: task.settings.turnoverCost)
      let weight = evaluation.weights[offset] * target.edgeWeight / Double(bars.count)
      let actions = (row * Action.count)..<((row + 1) * Action.count)
      let part = target.crossEntropy(
        outputs.policy[actions], LegalMask(position: position, isShortable: series.isShortable),
        weight: share * oracleWeight * weight, gradient: &gradients.policy[actions])
      loss += part
      oracle += part / (share * oracleWeight)
    }
  }

  /// The value head against what the policy is worth from here.
  private mutating func addValues(_ rows: Range<Int>, _ series: TradingSeries, _ bars: Range<Int>) {
    let scale = 1 / Double(rows.count)
    let weight = share * task.settings.valueWeight * scale
    for (offset, row) in rows.enumerated() {
      let deviation = series.deviations[bars.lowerBound + offset / TradingStep.positions]
      guard let target = ValueTarget.scaled(evaluation.values[offset], deviation: deviation) else { continue }
      let part = ValueTarget.loss(output: Double(outputs.values[row]), target: target)
      value += scale * part.loss
      loss += weight * part.loss
      gradients.values[row] = Float(weight * part.slope)
    }
  }

  /// The quantity head of opening actions against what the position, closed as the policy would, deserved in hindsight.
  private mutating func addQuantities(_ rows: Range<Int>, _ series: TradingSeries, _ bars: Range<Int>) {
    let riskAversion = max(task.settings.riskAversion, 1)
    for side in [PositionSide.long, .short] where side == .long || series.isShortable {
      let (opening, closing): (Action, Action) = side == .long ? (.buyLong, .closeLong) : (.sellShort, .closeShort)
      let targets = QuantityTarget.opened(
        sign: Double(side.rawValue), changes: series.returns[bars], deviations: series.deviations[bars],
        closing: bars.indices.map { probability(bar: $0 - bars.lowerBound, side, closing) }, costs: task.settings.costs)
      for (bar, target) in targets.enumerated() {
        let weight = probability(bar: bar, .flat, opening) / Double(bars.count)
        let row = rows.lowerBound + bar * TradingStep.positions
        let part = QuantityTarget.loss(
          output: Double(outputs.quantityLogits[row]), target: target.best(riskAversion: riskAversion, largest: 1),
          largest: 1)
        quantity += weight * part.loss
        loss += share * task.settings.quantityWeight * weight * part.loss
        gradients.quantityLogits[row] += Float(share * task.settings.quantityWeight * weight * part.slope)
      }
    }
  }

  private func probability(bar: Int, _ position: PositionSide, _ action: Action) -> Double {
    let row = bar * TradingStep.positions + position.place
    return evaluation.probabilities[row * Action.count + Int(action.rawValue)]
  }

  /// When to stop: where the end is known, whether this segment says the same already; else how little its action costs.
  private mutating func addHalting(_ rows: Range<Int>, _ lane: LaneView) {
    let actions = task.actions(outputs, rows: rows, of: lane.sample)
    let scale = 0.5 / Double(rows.count)
    let isKnown = !lane.finalActions.isEmpty
    let weight = scale * (isKnown ? 1 : task.settings.regretWeight)
    for (offset, row) in rows.enumerated() {
      let target =
        isKnown
        ? (actions[offset] == lane.finalActions[offset] ? 1 : 0) : regret(offset, actions[offset], lane.sample.source)
      let stop = ScalarLoss.binary(logit: outputs.qHalt[row], target: target)
      halt += weight * stop.loss
      loss += share * weight * stop.loss
      gradients.qHalt[row] = Float(share * weight * stop.slope)
      guard let ahead, lane.segments < task.architecture.maxSegments else { continue }
      let isNextLast = lane.segments + 1 == task.architecture.maxSegments
      let wanted = HaltingTargets.continuing(
        halt: Double(ahead.qHalt[row]), goesOn: isNextLast ? nil : Double(ahead.qContinue[row]),
        price: task.settings.segmentPrice)
      let onward = ScalarLoss.binary(logit: outputs.qContinue[row], target: max(0, wanted))
      goOn += scale * onward.loss
      loss += share * scale * onward.loss
      gradients.qContinue[row] = Float(share * scale * onward.slope)
    }
  }

  private func regret(_ row: Int, _ action: Int8, _ source: Int) -> Double {
    guard let action = Action(rawValue: UInt8(action)) else { return 0 }
    let values = evaluation.actionValues[(row * Action.count)..<((row + 1) * Action.count)]
    return HaltingTargets.regret(action, values, cap: task.regretCaps[source])
  }
}
