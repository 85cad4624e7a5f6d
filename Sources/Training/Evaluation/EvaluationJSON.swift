import Core
import Settings
import Statistics

/// An evaluation as one JSON object, keys in order: the same inputs give the same bytes. Figures that are not defined are
/// `null`, numbers over nothing `"inf"`.
package enum EvaluationJSON {
  /// Schema of the object.
  static let schema = "hrmbot.evaluation/1"

  /// The whole text.
  package static func text(_ result: EvaluationResult, withReturns: Bool = false) -> String {
    var out = CanonicalJSON(capacity: 1 << 16)
    out.object { out in
      out.key("assumptions")
      out.array { out in for line in result.run.assumptions { out.value(line) } }
      out.key("groups")
      out.array { out in for group in result.groups { write(group, withReturns, &out) } }
      out.key("left_out")
      out.array { out in for group in result.run.groups.map(\.group) { writeLeftOut(group, &out) } }
      out.key("models")
      out.array { out in for model in result.run.models { write(model, &out) } }
      out.key("protocol")
      write(result.run.request.settings, &out)
      out.key("schema")
      out.value(schema)
      out.key("trials")
      out.value(result.trials)
    }
    return out.text
  }

  private static func writeLeftOut(_ group: EvaluationGroup, _ out: inout CanonicalJSON) {
    for entry in group.leftOut {
      out.object { out in
        out.key("group")
        out.value(group.name)
        out.key("paths")
        out.array { out in for path in entry.paths { out.value(path) } }
        out.key("why")
        out.value(entry.why)
      }
    }
  }

  private static func write(_ model: EvaluatedModel, _ out: inout CanonicalJSON) {
    out.object { out in
      out.key("form")
      out.value(model.manifest.architecture.form.rawValue)
      out.key("is_untrained")
      out.value(model.manifest.untrained)
      out.key("name")
      out.value(model.manifest.name)
      out.key("parameters")
      out.value(model.manifest.architecture.parameterCount)
      out.key("sha256")
      out.value(model.manifest.weightsSHA256)
    }
  }

  private static func write(_ group: EvaluationResult.Group, _ withReturns: Bool, _ out: inout CanonicalJSON) {
    out.object { out in
      out.key("days")
      out.value(group.days.count)
      out.key("from")
      out.value(group.days.first.map { "\(CalendarDay(daysSinceEpoch: $0))" } ?? "")
      out.key("instruments")
      out.array { out in for member in group.group.members { write(member, &out) } }
      out.key("is_synthetic")
      out.value(group.group.isSynthetic)
      out.key("key")
      out.object { out in
        for entry in group.group.keys.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
          out.key(escaping: entry.key.rawValue)
          out.value(entry.value)
        }
      }
      out.key("name")
      out.value(group.group.name)
      out.key("pbo")
      write(group.overfitting, &out)
      out.key("periods_per_year")
      out.value(Int(group.group.periodsPerYear))
      out.key("rows")
      out.array { out in for row in group.rows { write(row, withReturns, &out) } }
      out.key("spa_p")
      out.array { out in
        for entry in group.superiority {
          out.object { out in
            out.key("cost_factor")
            out.value(Double(entry.costTenths) / 10)
            out.key("over_buy_and_hold")
            write(entry.overHold, &out)
            out.key("over_flat")
            write(entry.overFlat, &out)
          }
        }
      }
      out.key("to")
      out.value(group.days.last.map { "\(CalendarDay(daysSinceEpoch: $0))" } ?? "")
    }
  }

  private static func write(_ member: EvaluationGroup.Member, _ out: inout CanonicalJSON) {
    out.object { out in
      out.key("from")
      out.value("\(CalendarDay(member.span.lowerBound))")
      out.key("market")
      out.value(member.file.market.name)
      out.key("path")
      out.value(member.file.record.path)
      out.key("refused_rows")
      out.value(member.file.refusedRows)
      out.key("sha256")
      out.value(member.file.sha256)
      out.key("span")
      out.value(member.why)
      out.key("symbol")
      out.value(member.file.record.instrument)
      out.key("to")
      out.value("\(CalendarDay(closing: member.span.upperBound))")
    }
  }

  private static func write(_ row: EvaluationRow, _ withReturns: Bool, _ out: inout CanonicalJSON) {
    out.object { out in
      out.key("cost_factor")
      out.value(Double(row.costTenths) / 10)
      if withReturns {
        out.key("daily_returns")
        out.array { out in for value in row.returns { out.value(value) } }
      }
      out.key("figures")
      out.object { out in
        for figure in EvaluationFigure.allCases.sorted() {
          out.key(escaping: figure.rawValue)
          write(row.figures[figure], &out)
        }
      }
      out.key("is_untrained")
      out.value(row.isUntrained)
      out.key("kind")
      out.value(row.contender.word)
      out.key("name")
      out.value(row.name)
      out.key("ruined_accounts")
      out.value(row.ruined)
      if !row.spread.isEmpty {
        out.key("spread")
        out.object { out in
          for figure in EvaluationFigure.allCases.sorted() where row.spread[figure] != nil {
            out.key(escaping: figure.rawValue)
            write(row.spread[figure], &out)
          }
        }
      }
      out.key("stopped_accounts")
      out.value(row.stopped)
    }
  }

  private static func write(_ value: Double?, _ out: inout CanonicalJSON) {
    out.raw(Array(CaseValue.number(value).json.utf8))
  }

  /// The protocol as it holds.
  static func write(_ settings: EvaluationSettings, _ out: inout CanonicalJSON) {
    out.object { out in
      out.key("ablations")
      out.value(settings.hasAblations)
      out.key("bootstrap_draws")
      out.value(settings.draws)
      out.key("cash")
      out.value(settings.cashQuote)
      out.key("cost_factors")
      out.array { out in for tenths in settings.costTenths { out.value(Double(tenths) / 10) } }
      out.key("embargo_days")
      out.value(settings.embargoDays)
      out.key("group_by")
      out.array { out in for key in settings.groupBy { out.value(key.rawValue) } }
      out.key("limits")
      out.value(settings.hasLimits ? "default" : "none")
      out.key("linear_history_bars")
      out.value(settings.linearHistoryBars)
      out.key("markets")
      out.array { out in for market in settings.markets { write(market, &out) } }
      out.key("max_instruments")
      out.value(settings.maxInstruments)
      out.key("min_bars")
      out.value(settings.minBars)
      out.key("notional")
      if let notional = settings.notionalQuote { out.value(notional) } else { out.null() }
      out.key("pbo_blocks")
      out.value(settings.blocks)
      out.key("position_share")
      out.value("\(settings.positionShare)")
      out.key("seed")
      out.value(settings.seed)
      out.key("seeds")
      out.value(settings.seeds)
      out.key("timeframes")
      out.array { out in for timeframe in settings.timeframes { out.value("\(timeframe)") } }
      out.key("training_overlap")
      out.value(settings.refusesOverlap ? "refuse" : "cut")
      out.key("unseen_data")
      out.value(settings.usesUnseenWhole ? "whole" : "span")
    }
  }

  private static func write(_ market: EvaluationSettings.Market, _ out: inout CanonicalJSON) {
    out.object { out in
      out.key("asset_class")
      if let word = market.assetClass { out.value(word) } else { out.null() }
      out.key("asset_classes")
      out.array { out in for word in market.assetClasses { out.value(word) } }
      out.key("fee")
      out.value("\(market.fee)")
      out.key("folders")
      out.array { out in for word in market.folders { out.value(word) } }
      out.key("from")
      if let day = market.from { out.value("\(day)") } else { out.null() }
      out.key("name")
      out.value(market.name)
      out.key("slippage")
      out.value("\(market.slippage)")
      out.key("to")
      if let day = market.to { out.value("\(day)") } else { out.null() }
    }
  }
}

extension Contender {
  /// What it is, in a word.
  var word: String {
    switch kind {
    case .rule, .archive, .chance: "baseline"
    case .model(_, .none): "model"
    case .model: "ablation"
    }
  }
}
