import Core

/// Lines of an explanation under headings. Whatever a record holds, each stays one line without control characters.
struct ExplanationLines {
  private var lines: [String] = []

  var text: String { lines.joined(separator: "\n") + "\n" }

  mutating func title(_ title: String) { lines.append(Self.clean(title)) }
  mutating func section(_ title: String) { lines += ["", Self.clean(title)] }
  mutating func add(_ sentence: String) { lines.append("  " + Self.clean(sentence)) }

  private static func clean(_ text: String) -> String {
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format: view.append("\u{FFFD}")
      default: view.append(scalar)
      }
    }
    return String(view)
  }
}

extension RecordFields {
  /// The text of a string or number; nil when it is missing or `null`.
  func present(_ key: String) -> String? {
    guard let value = tree[key], !value.isNull else { return nil }
    return RecordError.shortened(value.summary)
  }

  /// The same, with a word for what is missing.
  func shown(_ key: String) -> String { present(key) ?? "unknown" }

  func number(_ key: String) -> Double? { tree[key]?.double }

  func action(_ key: String) -> Action? {
    tree[key]?.unsigned.flatMap { UInt8(exactly: $0) }.flatMap(Action.init(rawValue:))
  }
}

/// One record that followed a decision, as a sentence.
enum FollowUp {
  static func sentence(_ record: JournalRecord) -> String {
    guard let fields = try? RecordFields(record, expecting: record.kind) else {
      return "Record \(record.sequence) (\(record.kind.rawValue)) is unreadable."
    }
    return "[\(record.sequence)] " + sentence(fields, kind: record.kind)
  }

  private static func sentence(_ fields: RecordFields, kind: RecordKind) -> String {
    switch kind {
    case .intent:
      let price = fields.present("price").map { " at \($0)" } ?? ""
      return "Order \(fields.shown("client_id")) (\(role(fields))): \(fields.shown("side")) \(fields.shown("qty")), "
        + "\(orderKind(fields))\(price)\((try? fields.flag("reduce_only")) == true ? ", can only reduce" : "")."
    case .fill:
      let position = (try? fields.object("position_after")).map(Explanation.position) ?? "unknown"
      return "Filled: order \(fields.shown("order_id")), \(fields.shown("side")) \(fields.shown("qty")) at "
        + "\(fields.shown("price")), fee \(fields.shown("fee_quote")) (\(fields.shown("liquidity"))), realised "
        + "\(fields.shown("realised_quote")); position after it: \(position)."
    case .order: return "Order \(fields.shown("client_id")) is \(words(fields.shown("state")))."
    case .outcome:
      let cause = fields.present("cause").map { ": \(words($0))" } ?? ""
      return "Sending order \(fields.shown("client_id")) ended: \(fields.shown("outcome"))\(cause)."
    case .report:
      let reason = fields.present("reason").map { ": \(words($0))" } ?? ""
      return "The venue reports: order \(fields.shown("client_id")) \(fields.shown("event"))\(reason)."
    default: return "\(kind.rawValue)."
    }
  }

  private static func role(_ fields: RecordFields) -> String { words(fields.shown("role")) }

  private static func orderKind(_ fields: RecordFields) -> String {
    switch fields.shown("kind") {
    case "market": "market order"
    case "limit": "limit order"
    case "stop_market": "stop order, triggered"
    case let other: other
    }
  }

  private static func words(_ name: String) -> String { name.split(separator: "_").joined(separator: " ") }
}
