import Backtest
import Core

/// A walk-forward test as JSON and text.
enum WalkForwardOutput {
  /// `counted`: trials of the ledger, these included; nil where they were not counted.
  static func json(_ walk: WalkForward, counted: Int?) -> String {
    var out = CanonicalJSON(capacity: 1 << 14)
    out.object { out in
      out.key("deflated_sharpe")
      if let value = walk.deflatedSharpe { out.value(value) } else { out.null() }
      out.key("figures")
      out.object { out in
        for field in (walk.performance?.fields ?? []).sorted(by: { $0.name < $1.name }) {
          out.key(escaping: field.name)
          out.raw(Array(field.value.json.utf8))
        }
      }
      out.key("folds")
      out.array { out in for turn in walk.turns { out.object { write(turn, &$0) } } }
      out.key("ledger_trials")
      if let counted { out.value(counted) } else { out.null() }
      out.key("periods_per_year")
      out.value(walk.periodsPerYear)
      out.key("selection")
      SelectionJSON.write([walk.selection], into: &out)
      out.key("trials")
      out.value(walk.trials)
    }
    return out.text
  }

  private static func write(_ turn: WalkForward.Turn, _ out: inout CanonicalJSON) {
    out.key("chosen")
    out.value(turn.chosen.name)
    out.key("test")
    out.array { out in
      out.value("\(CalendarDay(turn.fold.test.lowerBound))")
      out.value("\(CalendarDay(turn.fold.test.upperBound))")
    }
    out.key("test_return")
    out.value(growth(turn))
    out.key("trades")
    out.value(turn.test.trades)
    out.key("validate")
    out.array { out in
      out.value("\(CalendarDay(turn.fold.validate.lowerBound))")
      out.value("\(CalendarDay(turn.fold.validate.upperBound))")
    }
    out.key("validation_sharpe")
    out.array { out in
      for ratio in turn.validation { if let ratio { out.value(ratio) } else { out.null() } }
    }
  }

  private static func growth(_ turn: WalkForward.Turn) -> Double { turn.test.returns.reduce(1) { $0 * (1 + $1) } - 1 }

  static func text(_ walk: WalkForward, _ policy: String, counted: Int?) -> String {
    var lines = ["walk-forward of \(policy): \(walk.turns.count) tests, \(walk.trials) trials to choose by", ""]
    for turn in walk.turns {
      lines.append(
        "  \(CalendarDay(turn.fold.test.lowerBound)) to \(CalendarDay(turn.fold.test.upperBound))  "
          + "\(BacktestText.percent(growth(turn)))  \(turn.test.trades) trades  \(turn.chosen.name)")
    }
    lines.append("")
    let rest = choice(walk, counted)
    guard let figures = walk.performance else {
      return (lines + ["  too few days for figures"] + rest).joined(separator: "\n")
    }
    let interval = walk.intervals?.annualReturn
    lines.append(
      "  out of sample  \(BacktestText.percent(figures.totalReturn)), a year \(BacktestText.percent(figures.cagr)) (95 %: "
        + "\(BacktestText.percent(interval?.low)) to \(BacktestText.percent(interval?.high)))")
    lines.append(
      "  Sharpe         \(BacktestText.number(figures.sharpe)), deflated for \(walk.trials) trials "
        + BacktestText.percent(walk.deflatedSharpe))
    return (lines + rest).joined(separator: "\n")
  }

  /// How far the choice can be trusted, and how many trials there were.
  private static func choice(_ walk: WalkForward, _ counted: Int?) -> [String] {
    let count =
      counted.map { "the ledger has \($0) trials now, these included" } ?? "the ledger has none of these trials"
    return [""] + SelectionWords(walk.selection).sentences.map { "  \($0)" } + ["  \(count)"]
  }
}
