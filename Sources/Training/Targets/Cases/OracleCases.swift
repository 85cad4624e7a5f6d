import Core
import Statistics

/// Oracle values of one window.
enum OracleCases {
  static func values(_ input: CaseInput, expected: JSONTree?) throws -> [CaseField] {
    let (changes, costs) = (try input.numbers("returns"), try input.costs())
    guard !changes.isEmpty else { throw StatisticsError("returns: has 0 values, at least 1 needed") }
    let oracle = OracleValues(
      changes: changes[...], variances: try input.variances(changes.count, costs)[...], costs: costs,
      isShortable: try input.flag("allow_short", else: true), discount: try input.number("gamma", else: 1),
      endsFlat: try input.flag("terminal_flat", else: true))
    let temperature = input.has("tau") ? try input.number("tau") : nil
    if let temperature, temperature <= 0 { throw StatisticsError("tau: \(temperature) is not above 0") }
    let path = oracle.path()
    var fields = [
      CaseField(
        "value_start",
        .fields(CaseField.positions.map { CaseField("\($0.rawValue)", .number(oracle.values[$0.place])) })),
      CaseField("actions", .list(path.map { .count(Int($0.action.rawValue)) })),
      CaseField("positions", .list(path.map { .count(Int($0.position.rawValue)) })),
    ]
    // Which rows a file wants to see is told by the names of what it expects.
    let usual = ["q_t0_flat", "q_t2_long", "soft_t0_flat"]
    let wanted = (expected?.members ?? []).map(\.key).filter { !usual.contains($0) }
    for name in usual + wanted {
      guard let value = row(name, oracle, temperature) else { continue }
      fields.append(CaseField(name, value))
    }
    return fields
  }

  /// The row that a name such as `q_t2_long` or `soft_t0_flat` stands for; nil for other names and bars that are not there.
  private static func row(_ name: String, _ oracle: OracleValues, _ temperature: Double?) -> CaseValue? {
    guard let match = name.wholeMatch(of: /(q|soft)_t([0-9]+)_(flat|long|short)/), let bar = Int(match.2),
      bar < oracle.bars, let position = PositionSide.inOrder.first(where: { "\($0)" == match.3 })
    else { return nil }
    let row = oracle.row(bar, position)
    if match.1 == "q" { return CaseField.actionValues(row) }
    return temperature.map { .numbers(ActionTarget.shares(row, temperature: $0)) }
  }
}
