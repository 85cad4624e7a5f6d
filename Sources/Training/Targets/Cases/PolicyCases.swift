import Core
import Foundation
import Statistics

/// Values of a policy, and what is learnt from them.
enum PolicyCases {
  /// How far the probabilities of a row may be from adding up to 1.
  private static let slack = 1e-9

  /// `pi` and the values stand by bar and position (short, flat, long) in files.
  static func evaluation(_ input: CaseInput) throws -> [CaseField] {
    let (changes, costs) = (try input.numbers("returns"), try input.costs())
    guard !changes.isEmpty else { throw StatisticsError("returns: has 0 values, at least 1 needed") }
    let isShortable = try input.flag("allow_short", else: true)
    var evaluation = PolicyEvaluation(bars: changes.count)
    evaluation.evaluate(
      logits: try logits(input, bars: changes.count, isShortable: isShortable),
      PolicyEvaluation.Window(
        changes: changes[...], deviations: try input.variances(changes.count, costs).map { $0.squareRoot() }[...],
        costs: costs, isShortable: isShortable,
        end: try input.flag("terminal_flat", else: true) ? .closed : .cut(flat: 0, long: 0, short: 0)),
      PolicyEvaluation.Objective(unit: 1, discount: try input.number("gamma", else: 1)))
    let bars = changes.indices.map { bar in CaseField.positions.map { bar * TradingStep.positions + $0.place } }
    return [
      CaseField(
        "q",
        .list(
          bars.map { rows in
            .list(
              rows.map { CaseField.actionValues(evaluation.actionValues[$0 * Action.count..<($0 + 1) * Action.count]) })
          })),
      CaseField("v", .list(bars.map { rows in .numbers(rows.map { evaluation.values[$0] }) })),
    ]
  }

  /// Logarithms of `pi` in the order of the evaluation.
  private static func logits(_ input: CaseInput, bars: Int, isShortable: Bool) throws -> [Double] {
    let table = try input.elements("pi")
    guard table.count == bars else { throw StatisticsError("pi: has \(table.count) bars, returns has \(bars)") }
    var logits = [Double](repeating: 0, count: bars * TradingStep.rowsWidth)
    for (bar, rows) in table.enumerated() {
      guard let rows = rows.array, rows.count == TradingStep.positions else {
        throw StatisticsError("pi[\(bar)]: is not an array of the positions short, flat, long")
      }
      for (index, position) in CaseField.positions.enumerated() {
        let name = "pi[\(bar)][\(index)]"
        guard let row = rows[index].array, row.count == Action.count else {
          throw StatisticsError("\(name): is not an array of \(Action.count) probabilities")
        }
        let mask = LegalMask(position: position, isShortable: isShortable)
        var sum = 0.0
        for action in Action.allCases {
          let probability = try CaseInput.number(row[Int(action.rawValue)], "\(name)[\(action.rawValue)]")
          guard probability >= 0, mask.contains(action) || probability == 0 else {
            throw StatisticsError("\(name)[\(action.rawValue)]: \(probability) is no probability of a legal action")
          }
          sum += probability
          let place = (bar * TradingStep.positions + position.place) * Action.count + Int(action.rawValue)
          logits[place] = log(probability)
        }
        guard abs(sum - 1) <= slack else { throw StatisticsError("\(name): adds up to \(sum), not 1") }
      }
    }
    return logits
  }

  static func halting(_ input: CaseInput) throws -> [CaseField] {
    let row = try input.elements("q_row").enumerated().map { index, tree in
      tree.isNull ? Double.nan : try CaseInput.number(tree, "q_row[\(index)]")
    }
    guard row.count == Action.count, row.contains(where: { !$0.isNaN }) else {
      throw StatisticsError("q_row: is not an array of \(Action.count) values, null where not legal")
    }
    let actions = try input.numbers("actions").enumerated().map { index, number in
      guard let raw = UInt8(exactly: number), let action = Action(rawValue: raw), !row[Int(raw)].isNaN else {
        throw StatisticsError("actions[\(index)]: \(number) is not an action that has a value in q_row")
      }
      return action
    }
    let (halts, goesOn) = (try input.numbers("q_halt"), try input.numbers("q_cont"))
    guard halts.count == actions.count, goesOn.count == actions.count, !actions.isEmpty else {
      throw StatisticsError("actions, q_halt and q_cont: are not of one length of at least 1")
    }
    let cap = try input.number("cap")
    guard cap > 0 else { throw StatisticsError("cap: \(cap) is not above 0") }
    let price = try input.number("compute_cost", else: 0)
    return [
      CaseField("stable", .numbers(HaltingTargets.stability(actions))),
      CaseField("regret", .numbers(actions.map { HaltingTargets.regret($0, row[...], cap: cap) })),
      CaseField("cont", .numbers(HaltingTargets.continuing(halts: halts, goesOn: goesOn, price: price))),
    ]
  }

  static func regression(_ input: CaseInput) throws -> [CaseField] {
    let (temperature, largest) = (try input.number("beta"), try input.number("cap", else: 10))
    guard temperature > 0 else { throw StatisticsError("beta: \(temperature) is not above 0") }
    let weights = try input.numbers("adv").map {
      AdvantageWeights.regression($0, temperature: temperature, largest: largest)
    }
    return [CaseField("weights", .numbers(weights))]
  }

  static func expectile(_ input: CaseInput) throws -> [CaseField] {
    let level = try input.number("tau", in: 0...1)
    return [
      CaseField("loss", .numbers(try input.numbers("u").map { AdvantageWeights.expectile($0, level: level).loss }))
    ]
  }
}
