import Core

/// A computed value in the form that case files have for it.
package indirect enum CaseValue: Hashable, Sendable {
  /// A measured number; infinity is written `"inf"`.
  case number(Double)
  /// A count, compared exactly.
  case count(Int)
  /// A p-value by rank, a multiple of `step`: where it lies next to a tie, one step is no difference.
  case rank(Double, step: Double)
  /// A text, such as an integer too large for a double.
  case text(String)
  case flag(Bool)
  case list([CaseValue])
  case fields([CaseField])
  /// Not defined, or infinitely wrong: written `null`.
  case undefined

  /// A number, or `undefined`.
  package static func number(_ value: Double?) -> CaseValue { value.map { CaseValue.number($0) } ?? .undefined }
  /// A list of numbers.
  package static func numbers(_ values: [Double]) -> CaseValue { .list(values.map { CaseValue.number($0) }) }

  /// JSON on one line: numbers in the shortest form that reads back the same.
  package var json: String {
    var json = CanonicalJSON()
    switch self {
    case .number(let value), .rank(let value, _):
      if value.isInfinite { json.value(value > 0 ? "inf" : "-inf") } else { json.value(value) }
    case .count(let value): json.value(value)
    case .text(let text): json.value(text)
    case .flag(let flag): json.value(flag)
    case .undefined: json.null()
    case .list(let values): return "[" + values.map(\.json).joined(separator: ", ") + "]"
    case .fields(let fields):
      return "{" + fields.map { "\(CaseValue.text($0.name).json): \($0.value.json)" }.joined(separator: ", ") + "}"
    }
    return json.text
  }
}

/// One named value of a result.
package struct CaseField: Hashable, Sendable {
  /// Name in files.
  package let name: String
  /// What was computed.
  package let value: CaseValue

  /// A field as given.
  package init(_ name: String, _ value: CaseValue) {
    self.name = name
    self.value = value
  }
}
