import Core

/// Tests of choices as a member of a JSON object.
package enum SelectionJSON {
  /// Writes an object with a member for each choice, by the name of its kind.
  package static func write(_ choices: [SelectionLuck], into out: inout CanonicalJSON) {
    out.object { out in
      for luck in choices.sorted(by: { $0.kind.rawValue < $1.kind.rawValue }) {
        out.key(escaping: luck.kind.rawValue)
        out.object { write(luck, &$0) }
      }
    }
  }

  private static func write(_ luck: SelectionLuck, _ out: inout CanonicalJSON) {
    out.key("days")
    out.value(luck.days)
    var reasons: [(name: StaticString, why: NotComputed)] = []
    if case .failure(let why) = luck.overfitting { reasons.append(("pbo", why)) }
    if case .failure(let why)? = luck.overHold { reasons.append(("superior_to_buy_and_hold", why)) }
    if case .failure(let why) = luck.overNothing { reasons.append(("superior_to_nothing", why)) }
    out.key("not_computed")
    out.object { out in
      for reason in reasons {
        out.key(reason.name)
        out.value(reason.why.description)
      }
    }
    out.key("pbo")
    if case .success(let share) = luck.overfitting { out.value(share) } else { out.null() }
    out.key("runs")
    out.array { out in for run in luck.runs { out.value(run) } }
    if let overHold = luck.overHold {
      out.key("superior_to_buy_and_hold")
      write(overHold, &out)
    }
    out.key("superior_to_nothing")
    write(luck.overNothing, &out)
  }

  private static func write(_ result: Result<SelectionLuck.Ability, NotComputed>, _ out: inout CanonicalJSON) {
    guard case .success(let ability) = result else { return out.null() }
    out.object { out in
      out.key("p")
      out.value(ability.superior)
      out.key("reality_check_p")
      out.value(ability.reality)
    }
  }
}
