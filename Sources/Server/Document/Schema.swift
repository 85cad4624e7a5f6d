import Core
import Journal

/// What a JSON value looks like.
indirect enum Schema: Sendable {
  case text, whole, number, flag
  /// An exact decimal, as text.
  case decimal
  /// ISO 8601 in UTC, as text.
  case moment
  /// One of some words.
  case word([String])
  case list(Schema)
  /// An object with these members; a name that ends in `?` may be missing.
  case object([(name: String, schema: Schema)])
  /// An object of which nothing more is said.
  case anyObject
  case orNull(Schema)
  case any

  func write(_ out: inout CanonicalJSON) {
    switch self {
    case .any: break
    case .text: Self.type("string", &out)
    case .whole: Self.type("integer", &out)
    case .number: Self.type("number", &out)
    case .flag: Self.type("boolean", &out)
    case .anyObject: Self.type("object", &out)
    case .decimal:
      out.key("pattern")
      out.value(#"^-?[0-9]+(\.[0-9]+)?$"#)
      Self.type("string", &out)
    case .moment:
      out.key("format")
      out.value(literal: "date-time")
      Self.type("string", &out)
    case .word(let words):
      out.key("enum")
      out.strings(words)
      Self.type("string", &out)
    case .list(let element):
      out.key("items")
      out.object { element.write(&$0) }
      Self.type("array", &out)
    case .object(let members): Self.write(members, &out)
    case .orNull(let schema):
      out.key("nullable")
      out.value(true)
      schema.write(&out)
    }
  }

  private static func type(_ name: String, _ out: inout CanonicalJSON) {
    out.key("type")
    out.value(name)
  }

  private static func write(_ members: [(name: String, schema: Schema)], _ out: inout CanonicalJSON) {
    out.key("properties")
    out.object { out in
      for (name, schema) in members {
        out.key(escaping: String(name.prefix { $0 != "?" }))
        out.object { schema.write(&$0) }
      }
    }
    let required = members.map(\.name).filter { !$0.hasSuffix("?") }
    if !required.isEmpty {
      out.key("required")
      out.strings(required)
    }
    type("object", &out)
  }
}

extension Schema {
  /// An object whose one member is a list, with what to ask for the next page.
  static func page(_ name: String, of members: [(name: String, schema: Schema)]) -> Schema {
    .object([(name, .list(.object(members))), ("next_before", .orNull(.whole))])
  }

  static let error = Schema.object([("error", .object([("code", .text), ("message", .text)]))])
  static let answer = Schema.object([("answer", .text)])
  static let side = Schema.word(["flat", "long", "short"])
  static let trade = Schema.word(["buy", "sell"])
}

/// Something that may follow a path.
struct Parameter: Sendable {
  var name: String
  var schema: Schema
  var isInPath = false
  var isRequired = false
  /// Bounds of a whole number.
  var range: ClosedRange<Int>?

  static func limit(_ maximum: Int) -> Parameter { .init(name: "limit", schema: .whole, range: 1...maximum) }
  static let before = Parameter(name: "before", schema: .whole, range: 1...Int(Int64.max))

  func write(_ out: inout CanonicalJSON) {
    out.key("in")
    out.value(isInPath ? "path" : "query")
    out.key("name")
    out.value(name)
    if isInPath || isRequired {
      out.key("required")
      out.value(true)
    }
    out.key("schema")
    out.object { out in
      if let range {
        out.key("maximum")
        out.value(range.upperBound)
        out.key("minimum")
        out.value(range.lowerBound)
      }
      schema.write(&out)
    }
  }
}
